"use client";

import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { visibleText } from "@/lib/domain/plain-line";
import { Button } from "./button";
import { cn } from "./cn";

type VerbatimProps = {
  text: string;
  what?: string;
  /** Only the first six lines are shown; what is copied is all of it. */
  clamped?: boolean;
  className?: string;
};

/** Words of somebody else, letter by letter, to be read and copied; what is copied is what they are. */
export function Verbatim({ text, what = "these words", clamped = false, className }: VerbatimProps) {
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
  return (
    <div className={cn("relative rounded-md border border-line bg-sunken py-2 pr-10 pl-3", className)}>
      <pre className={cn("mono wrap-anywhere whitespace-pre-wrap text-ink-2 leading-5", clamped && "line-clamp-6")}>
        {visibleText(text)}
      </pre>
      <Button
        variant="ghost"
        size="icon-small"
        aria-label={copied ? "Copied" : `Copy ${what}`}
        onClick={() => void copy()}
        className="absolute top-1 right-1"
      >
        {copied ? <Check aria-hidden className="text-good" /> : <Copy aria-hidden />}
      </Button>
    </div>
  );
}
