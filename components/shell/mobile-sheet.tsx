"use client";

import { X } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Sheet } from "@/components/ui/dialog";
import type { Actor } from "@/lib/domain/actor";
import { Bell } from "./bell";
import { Nav } from "./nav";
import { PersonMenu } from "./person-menu";

type MobileSheetProps = { open: boolean; onOpenChange: (open: boolean) => void; actor: Pick<Actor, "name" | "role"> | null };

/** The places and the person, from the edge of a narrow screen. */
export function MobileSheet({ open, onOpenChange, actor }: MobileSheetProps) {
  const close = () => onOpenChange(false);
  return (
    <Sheet open={open} onOpenChange={onOpenChange} title="Menu">
      <div className="flex h-full flex-col bg-sunken">
        <div className="mb-2 flex h-12 items-center justify-between pr-2 pl-4">
          <span className="flex items-center gap-2 font-semibold text-base text-ink tracking-tight">
            <Bell className="size-5" />
            Belfry
          </span>
          <Button variant="ghost" size="icon" aria-label="Close the menu" onClick={close}>
            <X aria-hidden />
          </Button>
        </div>
        <div className="flex-1">
          <Nav onGo={close} />
        </div>
        <PersonMenu actor={actor} />
      </div>
    </Sheet>
  );
}
