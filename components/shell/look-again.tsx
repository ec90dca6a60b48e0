"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

/** Asks the server for the page again: quickly while something is changing, hardly ever when it rests, never when nobody looks. */
export function LookAgain({ changing }: { changing: boolean }) {
  const router = useRouter();
  useEffect(() => {
    const everyMs = changing ? 2000 : 30_000;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") router.refresh();
    }, everyMs);
    const onShown = () => {
      if (document.visibilityState === "visible") router.refresh();
    };
    document.addEventListener("visibilitychange", onShown);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", onShown);
    };
  }, [changing, router]);
  return null;
}
