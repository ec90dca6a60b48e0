"use client";

import { useRouter } from "next/navigation";
import { useEffect, useRef, useTransition } from "react";

const soonMs = 2000;
const atRestMs = 30_000;

/**
 * Asks the server for the page again: quickly while something on it is changing, soon after any run has changed, hardly ever
 * when all rests, never when nobody looks. Whether a run has changed is a small question; the page is a large one.
 */
export function LookAgain({ changing }: { changing: boolean }) {
  const router = useRouter();
  const [looking, startLooking] = useTransition();
  const lastChange = useRef<string | null>(null);
  useEffect(() => {
    // While the server is away Next keeps each look until it answers, and would then make all of them at once.
    if (looking) return;
    const isVisible = () => document.visibilityState === "visible";
    const look = () => {
      if (isVisible()) startLooking(() => router.refresh());
    };
    const ask = async (signal: AbortSignal) => {
      if (!isVisible()) return;
      const change = await askLastChange(signal);
      if (change === null || signal.aborted) return;
      const isNews = lastChange.current !== null && lastChange.current !== change;
      lastChange.current = change;
      if (isNews) look();
    };
    const leaving = new AbortController();
    const timers = [setInterval(look, changing ? soonMs : atRestMs)];
    if (!changing) timers.push(setInterval(() => void ask(leaving.signal), soonMs));
    if (!changing && lastChange.current === null) void ask(leaving.signal);
    document.addEventListener("visibilitychange", look);
    return () => {
      leaving.abort();
      for (const timer of timers) clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [changing, router, looking]);
  return null;
}

/** Null where the server does not say: the next look will. */
async function askLastChange(signal: AbortSignal): Promise<string | null> {
  try {
    const answer = await fetch("/api/v1/changes", { signal, cache: "no-store" });
    const { change } = answer.ok ? ((await answer.json()) as { change: string | null }) : { change: null };
    return change;
  } catch {
    return null;
  }
}
