import type { NextConfig } from "next";

const config: NextConfig = {
  output: "standalone",
  poweredByHeader: false,
  reactStrictMode: true,
  // `npm run check` holds the types of all rooms, tests included; the build need not do it again.
  typescript: { ignoreBuildErrors: true },
  // Both roots are named so that a lock file in a parent folder cannot move the standalone server.
  turbopack: { root: import.meta.dirname },
  outputFileTracingRoot: import.meta.dirname,
  // Without it a page that looks again while the web server is being replaced gives way to the browser's own error page.
  experimental: { useOffline: true },
};

export default config;
