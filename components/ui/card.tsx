import type { ReactNode } from "react";
import { cn } from "./cn";

type CardProps = { title?: ReactNode; aside?: ReactNode; lead?: ReactNode; id?: string; className?: string; children: ReactNode };

/** A box of things that belong together. */
export function Card({ title, aside, lead, id, className, children }: CardProps) {
  return (
    <section aria-labelledby={title && id ? id : undefined} className={cn("min-w-0 rounded-lg border border-line bg-surface", className)}>
      {title ? (
        <div className="flex min-h-11 items-center justify-between gap-3 border-line border-b px-4 py-2">
          <div className="min-w-0">
            <h2 id={id} className="font-medium text-base text-ink">
              {title}
            </h2>
            {lead ? <p className="text-ink-3 text-xs">{lead}</p> : null}
          </div>
          {aside ? <div className="shrink-0 text-ink-3 text-xs">{aside}</div> : null}
        </div>
      ) : null}
      <div className="p-4">{children}</div>
    </section>
  );
}

/** Facts in two columns: what, and how it is. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className="grid grid-cols-[minmax(96px,max-content)_minmax(0,1fr)] gap-x-4 gap-y-1.5 text-sm">{children}</dl>;
}

export function Fact({ name, children }: { name: ReactNode; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-3">{name}</dt>
      <dd className="min-w-0 break-words text-ink">{children}</dd>
    </>
  );
}
