"use client";

import { Menu, X } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Sheet } from "@/components/ui/dialog";
import type { Actor } from "@/lib/domain/actor";
import { paths } from "@/lib/paths";
import { Bell } from "./bell";
import { Nav } from "./nav";
import { PersonMenu } from "./person-menu";

type MobileNavProps = { actor: Pick<Actor, "name" | "role"> | null; ground: { name: string; region: string } | null };

/** Under 640 px: a bar with the mark and a sheet with the places. */
export function MobileNav({ actor, ground }: MobileNavProps) {
  const [open, setOpen] = useState(false);
  return (
    <header className="sticky top-0 z-30 flex h-12 items-center gap-2 border-line border-b bg-sunken px-2 sm:hidden">
      <Button variant="ghost" size="icon" aria-label="Open the menu" aria-expanded={open} onClick={() => setOpen(true)}>
        <Menu aria-hidden />
      </Button>
      <Link href={paths.overview()} className="flex items-center gap-2 font-semibold text-base text-ink tracking-tight">
        <Bell className="size-5" />
        Belfry
      </Link>
      {ground ? <span className="ml-auto truncate pr-2 text-ink-3 text-xs">{`${ground.name} · ${ground.region}`}</span> : null}
      <Sheet open={open} onOpenChange={setOpen} title="Menu">
        <div className="flex h-full flex-col bg-sunken">
          <div className="mb-2 flex h-12 items-center justify-between pr-2 pl-4">
            <span className="flex items-center gap-2 font-semibold text-base text-ink tracking-tight">
              <Bell className="size-5" />
              Belfry
            </span>
            <Button variant="ghost" size="icon" aria-label="Close the menu" onClick={() => setOpen(false)}>
              <X aria-hidden />
            </Button>
          </div>
          <div className="flex-1">
            <Nav onGo={() => setOpen(false)} />
          </div>
          <PersonMenu actor={actor} />
        </div>
      </Sheet>
    </header>
  );
}
