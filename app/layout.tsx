import { GeistSans } from "geist/font/sans";
import type { Metadata, Viewport } from "next";
import localFont from "next/font/local";
import { cookies } from "next/headers";
import { ThemeProvider } from "next-themes";
import type { ReactNode } from "react";
import { MomentHover } from "@/components/ui/moment-hover";
import { Toaster } from "@/components/ui/toaster";
import { ViewerClock } from "@/components/ui/viewer-clock";
import { zoneCookie } from "@/components/ui/zone-cookie";
import { isTimeZone } from "@/lib/schedule/time-zone";
import "./globals.css";

/** Geist's own door to it has every page fetch it first; the lists have no letter of it. */
const mono = localFont({
  src: "../node_modules/geist/dist/fonts/geist-mono/GeistMono-Variable.woff2",
  variable: "--font-geist-mono",
  weight: "100 900",
  preload: false,
  adjustFontFallback: false,
});

export const metadata: Metadata = {
  title: { default: "Belfry", template: "%s · Belfry" },
  description: "Scheduled jobs on AWS, and what became of them.",
};
export const viewport: Viewport = {
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#f9fafb" },
    { media: "(prefers-color-scheme: dark)", color: "#0e1116" },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  const zone = (await cookies()).get(zoneCookie)?.value;
  return (
    <html lang="en" suppressHydrationWarning className={`${GeistSans.variable} ${mono.variable}`}>
      <body>
        <ThemeProvider attribute="class" defaultTheme="system" disableTransitionOnChange>
          <ViewerClock now={Date.now()} zone={zone && isTimeZone(zone) ? zone : "UTC"}>
            {children}
            <MomentHover />
            <Toaster />
          </ViewerClock>
        </ThemeProvider>
      </body>
    </html>
  );
}
