import type { ErrorWord } from "@/lib/domain/errors";

const mark = "belfry:";

/** Next hides an error's message from the browser but hands its digest on: our words and sentences travel there. */
export function faultDigest({ word, sentence }: { word: ErrorWord; sentence: string }): string {
  return `${mark}${word}:${sentence}`;
}

/** Reads what faultDigest wrote; null for any other error. */
export function readFaultDigest(digest: string | undefined): { word: string; sentence: string } | null {
  if (!digest?.startsWith(mark)) return null;
  const [word = "", ...sentence] = digest.slice(mark.length).split(":");
  return { word, sentence: sentence.join(":") };
}
