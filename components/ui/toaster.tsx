"use client";

import { useTheme } from "next-themes";
import { Toaster as Sonner } from "sonner";

/** Short notes about what has just happened. */
export function Toaster() {
  const { resolvedTheme } = useTheme();
  return (
    <Sonner
      theme={resolvedTheme === "dark" ? "dark" : "light"}
      position="bottom-right"
      toastOptions={{
        style: {
          background: "var(--raised)",
          color: "var(--ink)",
          borderColor: "var(--line)",
          borderRadius: "6px",
          boxShadow: "var(--float)",
          fontFamily: "var(--font-sans)",
          fontSize: "13px",
        },
      }}
    />
  );
}
