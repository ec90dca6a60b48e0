import type { ReactNode } from "react";

type EmptyStateProps = { mark?: ReactNode; title: string; children?: ReactNode; action?: ReactNode };

/** Nothing here yet: one sentence, one action, perhaps one example. */
export function EmptyState({ mark, title, children, action }: EmptyStateProps) {
  return (
    <div className="flex flex-col items-center px-6 py-14 text-center">
      {mark ? <div className="mb-3 text-ink-3 [&_svg]:size-6 [&_svg]:stroke-[1.25]">{mark}</div> : null}
      <p className="font-medium text-base text-ink">{title}</p>
      {children ? <div className="mt-1 max-w-[52ch] text-ink-2 text-sm">{children}</div> : null}
      {action ? <div className="mt-4 flex flex-wrap justify-center gap-2">{action}</div> : null}
    </div>
  );
}
