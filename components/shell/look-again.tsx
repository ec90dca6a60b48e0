"use client";

import { useRouter } from "next/navigation";
import { useEffect, useTransition } from "react";

/** Asks the server for the page again: quickly while something is changing, hardly ever when it rests, never when nobody looks. */
export function LookAgain({ changing }: { changing: boolean }) {
  const router = useRouter();
  const [looking, startLooking] = useTransition();
  useEffect(() => {
    // While the server is away Next keeps each look until it answers, and would then make all of them at once.
    if (looking) return;
    const look = () => {
      if (document.visibilityState === "visible") startLooking(() => router.refresh());
    };
    const timer = setInterval(look, changing ? 2000 : 30_000);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [changing, router, looking]);
  return null;
}
