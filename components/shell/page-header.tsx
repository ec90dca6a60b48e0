import { ChevronRight } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";

type PageHeaderProps = {
  title: ReactNode;
  crumbs?: { name: string; path: string }[];
  /** A line under the title. */
  lead?: ReactNode;
  actions?: ReactNode;
};

/** What the page shows, where it stands, and what can be done. */
export function PageHeader({ title, crumbs = [], lead, actions }: PageHeaderProps) {
  return (
    <header className="mb-5 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
      <div className="min-w-0 flex-1 basis-40">
        {crumbs.length > 0 ? (
          <nav aria-label="Breadcrumb" className="mb-1">
            <ol className="flex min-w-0 items-center gap-1 text-ink-3 text-xs">
              {crumbs.map((crumb, index) => (
                <li key={crumb.path} className="flex min-w-0 items-center gap-1">
                  {index > 0 ? <ChevronRight aria-hidden className="size-3 shrink-0" strokeWidth={1.5} /> : null}
                  <Link href={crumb.path} className="truncate rounded-sm hover:text-ink">
                    {crumb.name}
                  </Link>
                </li>
              ))}
            </ol>
          </nav>
        ) : null}
        <h1 className="break-words font-medium text-ink text-xl">{title}</h1>
        {lead ? <div className="mt-0.5 text-ink-2 text-sm">{lead}</div> : null}
      </div>
      {actions ? <div className="flex flex-wrap items-center gap-2">{actions}</div> : null}
    </header>
  );
}

/** A titled part of a page. */
export function Section({ title, aside, children, id }: { title: ReactNode; aside?: ReactNode; children: ReactNode; id?: string }) {
  return (
    <section aria-labelledby={id} className="min-w-0">
      <div className="mb-2 flex items-baseline justify-between gap-3">
        <h2 id={id} className="font-medium text-base text-ink">
          {title}
        </h2>
        {aside ? <div className="text-ink-3 text-xs">{aside}</div> : null}
      </div>
      {children}
    </section>
  );
}
