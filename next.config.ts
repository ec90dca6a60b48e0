import type { NextConfig } from "next";

/*
 * Everything that a page needs comes from Belfry itself. Next writes small scripts into its pages, which is why inline ones
 * are allowed; its development server needs eval besides.
 */
const contentSecurityPolicy = [
  "default-src 'self'",
  `script-src 'self' 'unsafe-inline'${process.env.NODE_ENV === "development" ? " 'unsafe-eval'" : ""}`,
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

const config: NextConfig = {
  output: "standalone",
  poweredByHeader: false,
  reactStrictMode: true,
  // `npm run check` holds the types of all rooms, tests included; the build need not do it again.
  typescript: { ignoreBuildErrors: true },
  // Both roots are named so that a lock file in a parent folder cannot move the standalone server.
  turbopack: { root: import.meta.dirname },
  outputFileTracingRoot: import.meta.dirname,
  // The console knows by their names which migrations it is made for.
  outputFileTracingIncludes: { "/**": ["./prisma/migrations/**"] },
  headers: async () => [
    {
      source: "/:path*",
      headers: [
        { key: "Content-Security-Policy", value: contentSecurityPolicy },
        { key: "X-Content-Type-Options", value: "nosniff" },
        { key: "Referrer-Policy", value: "same-origin" },
      ],
    },
  ],
  // Without it a page that looks again while the web server is being replaced gives way to the browser's own error page.
  experimental: { useOffline: true },
};

export default config;
