"use client";

import { Menu } from "lucide-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import type { Actor } from "@/lib/domain/actor";
import { paths } from "@/lib/paths";
import { Bell } from "./bell";

type MobileNavProps = { actor: Pick<Actor, "name" | "role"> | null; ground: { name: string; region: string } | null };

/** Fetched with the first opening: a wide screen never opens it. */
const MobileSheet = dynamic(async () => (await import("./mobile-sheet")).MobileSheet);

/** Under 640 px: a bar with the mark and a sheet with the places. */
export function MobileNav({ actor, ground }: MobileNavProps) {
  const [open, setOpen] = useState(false);
  const [wasOpened, setWasOpened] = useState(false);
  function show() {
    setWasOpened(true);
    setOpen(true);
  }
  return (
    <header className="sticky top-0 z-30 flex h-12 items-center gap-2 border-line border-b bg-sunken px-2 sm:hidden">
      <Button variant="ghost" size="icon" aria-label="Open the menu" aria-expanded={open} onClick={show}>
        <Menu aria-hidden />
      </Button>
      <Link href={paths.overview()} prefetch={false} className="flex items-center gap-2 font-semibold text-base text-ink tracking-tight">
        <Bell className="size-5" />
        Belfry
      </Link>
      {ground ? <span className="ml-auto truncate pr-2 text-ink-3 text-xs">{`${ground.name} · ${ground.region}`}</span> : null}
      {wasOpened ? <MobileSheet open={open} onOpenChange={setOpen} actor={actor} /> : null}
    </header>
  );
}
