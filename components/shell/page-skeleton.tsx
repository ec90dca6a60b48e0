import { Skeleton } from "@/components/ui/skeleton";

/** The header of a page that is on its way. */
export function HeaderSkeleton({ crumbs = false, actions = 0 }: { crumbs?: boolean; actions?: number }) {
  return (
    <div className="mb-5 flex items-start justify-between gap-6">
      <div>
        {crumbs ? <Skeleton className="mt-0.5 mb-1.5 h-3 w-24" /> : null}
        <Skeleton className="my-1 h-5 w-56" />
        <Skeleton className="mt-2 h-3.5 w-72 max-w-[60vw]" />
      </div>
      <div className="hidden gap-2 sm:flex">
        {Array.from({ length: actions }, (_, index) => index).map((index) => (
          <Skeleton key={index} className="h-8 w-24 rounded-md" />
        ))}
      </div>
    </div>
  );
}

/** A table that is on its way: its frame, its head, its lines. */
export function TableSkeleton({ rows = 10 }: { rows?: number }) {
  return (
    <div className="overflow-hidden rounded-lg border border-line bg-surface">
      <div className="h-8 border-line border-b bg-sunken" />
      {Array.from({ length: rows }, (_, index) => index).map((index) => (
        <div key={index} className="flex h-11 items-center gap-6 border-line border-b px-4 last:border-b-0">
          <Skeleton className="size-3.5 rounded-full" />
          <Skeleton className="h-3.5 w-40" />
          <Skeleton className="h-3.5 w-52 max-md:hidden" />
          <Skeleton className="h-3.5 w-28 max-sm:hidden" />
          <Skeleton className="ml-auto h-4 w-24" />
        </div>
      ))}
    </div>
  );
}

/** A box that is on its way. */
export function BoxSkeleton({ className = "h-40" }: { className?: string }) {
  return <div className={`animate-breathe rounded-lg border border-line bg-surface ${className}`} aria-hidden />;
}

/** What a screen reader hears meanwhile. */
export function LoadingWords() {
  return (
    <p role="status" className="sr-only">
      Loading
    </p>
  );
}
