import { CircleAlert } from "lucide-react";
import type { ReactNode } from "react";

/** What happened, what it means, what to do. */
export function ErrorCard({ title, sentence, action }: { title: string; sentence: string; action?: ReactNode }) {
  return (
    <div role="alert" className="mx-auto mt-10 max-w-140 rounded-lg border border-line bg-surface p-6">
      <div className="flex gap-3">
        <CircleAlert aria-hidden className="mt-0.5 size-5 shrink-0 text-bad" strokeWidth={1.5} />
        <div className="min-w-0">
          <h1 className="font-medium text-ink text-lg">{title}</h1>
          <p className="mt-1 text-ink-2 text-sm">{sentence}</p>
          {action ? <div className="mt-4 flex flex-wrap gap-2">{action}</div> : null}
        </div>
      </div>
    </div>
  );
}
