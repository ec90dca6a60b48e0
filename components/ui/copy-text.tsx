"use client";

import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { visibleText } from "@/lib/domain/plain-line";
import { cn } from "./cn";

type CopyTextProps = {
  text: string;
  shown?: string;
  what?: string;
  /** A long one goes on in the next line instead of being cut. */
  wrap?: boolean;
  className?: string;
};

/** An id that is copied by a click. */
export function CopyText({ text, shown, what = "text", wrap = false, className }: CopyTextProps) {
  const [copied, setCopied] = useState(false);
  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      setTimeout(() => setCopied(false), 1500);
    } catch {
      toast.error("The browser did not allow copying. Select the text and copy it by hand.");
    }
  }
  const Mark = copied ? Check : Copy;
  return (
    <button
      type="button"
      onClick={copy}
      title={text}
      aria-label={copied ? `Copied ${what}` : `Copy ${what} ${text}`}
      className={cn(
        "group mono inline-flex min-w-0 max-w-full items-center gap-1.5 rounded-sm text-left text-ink-2 hover:text-ink",
        className,
      )}
    >
      <span className={cn("min-w-0", wrap ? "wrap-anywhere" : "truncate")}>{visibleText(shown ?? text)}</span>
      <Mark
        aria-hidden
        className={cn("size-3 shrink-0", copied ? "text-good" : "text-ink-3 opacity-60 group-hover:opacity-100")}
        strokeWidth={1.75}
      />
    </button>
  );
}
