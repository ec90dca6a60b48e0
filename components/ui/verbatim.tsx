"use client";

import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { Button } from "./button";

/** Words of somebody else, letter by letter, to be read and copied. */
export function Verbatim({ text, what = "these words" }: { text: string; what?: string }) {
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
    <div className="relative rounded-md border border-line bg-sunken">
      <pre className="mono overflow-x-auto whitespace-pre-wrap break-words py-2 pr-10 pl-3 text-ink-2 leading-5">{text}</pre>
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
