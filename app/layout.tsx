import { GeistMono } from "geist/font/mono";
import { GeistSans } from "geist/font/sans";
import type { Metadata, Viewport } from "next";
import { cookies } from "next/headers";
import { ThemeProvider } from "next-themes";
import type { ReactNode } from "react";
import { MomentHover } from "@/components/ui/moment-hover";
import { Toaster } from "@/components/ui/toaster";
import { TipProvider } from "@/components/ui/tooltip";
import { ViewerClock } from "@/components/ui/viewer-clock";
import { zoneCookie } from "@/components/ui/zone-cookie";
import { isTimeZone } from "@/lib/schedule/time-zone";
import "./globals.css";

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
    <html lang="en" suppressHydrationWarning className={`${GeistSans.variable} ${GeistMono.variable}`}>
      <body>
        <ThemeProvider attribute="class" defaultTheme="system" disableTransitionOnChange>
          <ViewerClock now={Date.now()} zone={zone && isTimeZone(zone) ? zone : "UTC"}>
            <TipProvider>
              {children}
              <MomentHover />
              <Toaster />
            </TipProvider>
          </ViewerClock>
        </ThemeProvider>
      </body>
    </html>
  );
}
