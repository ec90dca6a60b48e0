"use client";

import { Activity, Gauge, History, ListChecks, type LucideIcon, ScrollText, Server, Users } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { cn } from "@/components/ui/cn";
import { paths } from "@/lib/paths";

type Place = { name: string; path: string; Mark: LucideIcon };

const groups: { title: string | null; places: Place[] }[] = [
  {
    title: null,
    places: [
      { name: "Overview", path: paths.overview(), Mark: Gauge },
      { name: "Jobs", path: paths.jobs(), Mark: ListChecks },
      { name: "Runs", path: paths.runs(), Mark: History },
      { name: "Audit", path: paths.audit(), Mark: ScrollText },
    ],
  },
  {
    title: "Settings",
    places: [
      { name: "Environments", path: paths.environments(), Mark: Server },
      { name: "People", path: paths.people(), Mark: Users },
      { name: "Works", path: paths.works(), Mark: Activity },
    ],
  },
];

/** The places of the console. `narrow` shows the marks alone between 640 and 1024 px. */
export function Nav({ narrow = false, onGo }: { narrow?: boolean; onGo?: () => void }) {
  const here = usePathname();
  return (
    <nav aria-label="Main" className="flex flex-col gap-4 px-2">
      {groups.map((group) => (
        <div key={group.title ?? "main"}>
          {group.title ? <p className={cn("eyebrow px-2 pb-1", narrow && "max-lg:sr-only")}>{group.title}</p> : null}
          <ul className="flex flex-col gap-px">
            {group.places.map(({ name, path, Mark }) => {
              const current = path === "/" ? here === "/" : here === path || here.startsWith(`${path}/`);
              return (
                <li key={path}>
                  <Link
                    href={path}
                    // Pages are made anew for each visit: fetching all of them on every visit would be work for nobody.
                    prefetch={false}
                    onClick={onGo}
                    aria-current={current ? "page" : undefined}
                    title={narrow ? name : undefined}
                    className={cn(
                      "relative flex h-8 items-center gap-2.5 rounded-md px-2 text-ink-2 text-sm transition-colors duration-120 hover:bg-hover hover:text-ink",
                      narrow && "max-lg:justify-center",
                      current &&
                        "bg-hover font-medium text-ink before:absolute before:inset-y-2 before:-left-2 before:w-0.5 before:rounded-full before:bg-brass-line",
                    )}
                  >
                    <Mark aria-hidden className={cn("size-4 shrink-0", current ? "text-brass-ink" : "text-ink-3")} strokeWidth={1.5} />
                    <span className={cn(narrow && "max-lg:sr-only")}>{name}</span>
                  </Link>
                </li>
              );
            })}
          </ul>
        </div>
      ))}
    </nav>
  );
}
