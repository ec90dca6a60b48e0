import Link from "next/link";
import type { ReactNode } from "react";
import type { Actor } from "@/lib/domain/actor";
import { paths } from "@/lib/paths";
import { Bell } from "./bell";
import { MobileNav } from "./mobile-nav";
import { Nav } from "./nav";
import { PersonMenu } from "./person-menu";

type ShellProps = {
  actor: Pick<Actor, "name" | "role"> | null;
  /** Which environment this Belfry looks after: its name and region. */
  ground?: { name: string; region: string } | null;
  /** A sentence that concerns every page, above it. */
  notice?: ReactNode;
  children: ReactNode;
};

/** The frame around every page of the console. */
export function Shell({ actor, ground, notice, children }: ShellProps) {
  return (
    <div className="min-h-dvh sm:grid sm:grid-cols-[52px_minmax(0,1fr)] lg:grid-cols-[224px_minmax(0,1fr)]">
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-md focus:bg-brass focus:px-3 focus:py-2 focus:font-medium focus:text-on-brass focus:text-sm"
      >
        Skip to content
      </a>
      <aside className="sticky top-0 hidden h-dvh flex-col border-line border-r bg-sunken sm:flex">
        <Link
          href={paths.overview()}
          prefetch={false}
          className="flex h-14 items-center gap-2.5 px-4 text-ink max-lg:justify-center max-lg:px-0"
          aria-label="Belfry, overview"
        >
          <Bell className="size-5 shrink-0" />
          <span className="min-w-0 max-lg:hidden">
            <span className="block font-semibold text-base leading-4 tracking-tight">Belfry</span>
            {ground ? <span className="block truncate text-2xs text-ink-3">{`${ground.name} · ${ground.region}`}</span> : null}
          </span>
        </Link>
        <div className="flex-1 overflow-y-auto py-2">
          <Nav narrow />
        </div>
        <PersonMenu actor={actor} narrow />
      </aside>
      <MobileNav actor={actor} ground={ground ?? null} />
      <div className="min-w-0">
        {notice}
        <main id="content" tabIndex={-1} className="mx-auto w-full max-w-[1312px] px-4 pt-5 pb-16 outline-none sm:px-6 sm:pt-6 xl:px-8">
          {children}
        </main>
      </div>
    </div>
  );
}
