import { ChevronRight, ChevronsLeft } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { Button } from "./button";

type PagerProps = { first: string | null; next: string | null; words: ReactNode; nextWord?: string };

/** A way on through a long list, and back to its beginning. */
export function Pager({ first, next, words, nextWord = "Next page" }: PagerProps) {
  return (
    <div className="mt-3 flex min-h-7 items-center justify-between gap-3 text-ink-3 text-xs">
      <p>{words}</p>
      <div className="flex gap-2">
        {first ? (
          <Button asChild size="small" variant="ghost">
            <Link href={first} prefetch={false}>
              <ChevronsLeft aria-hidden />
              First page
            </Link>
          </Button>
        ) : null}
        {next ? (
          <Button asChild size="small">
            <Link href={next} prefetch={false}>
              {nextWord}
              <ChevronRight aria-hidden />
            </Link>
          </Button>
        ) : null}
      </div>
    </div>
  );
}
