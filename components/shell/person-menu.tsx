"use client";

import { LogOut } from "lucide-react";
import { useState } from "react";
import { ActionButton } from "@/components/ui/action-button";
import { cn } from "@/components/ui/cn";
import { Tip } from "@/components/ui/tooltip";
import type { Actor } from "@/lib/domain/actor";
import { paths } from "@/lib/paths";
import { ThemeSwitch } from "./theme-switch";

/** Who is signed in, with which role; theme and sign-out. */
export function PersonMenu({ actor, narrow = false }: { actor: Pick<Actor, "name" | "role"> | null; narrow?: boolean }) {
  const [leaving, setLeaving] = useState(false);
  async function leave() {
    setLeaving(true);
    const { signOut } = await import("next-auth/react"); // most visits end without it
    await signOut({ callbackUrl: paths.signIn() });
  }
  return (
    <div className={cn("flex items-center gap-1 border-line border-t px-2 py-2", narrow && "max-lg:flex-col")}>
      {actor ? (
        <div className={cn("min-w-0 flex-1 px-2", narrow && "max-lg:sr-only")}>
          <p className="truncate font-medium text-ink text-sm leading-5" title={actor.name}>
            {actor.name}
          </p>
          <p className="text-ink-3 text-xs">{actor.role}</p>
        </div>
      ) : (
        <div className="flex-1" />
      )}
      <ThemeSwitch />
      {actor ? (
        <Tip words="Sign out">
          <ActionButton variant="ghost" size="icon" aria-label="Sign out" busy={leaving} onClick={() => void leave()}>
            <LogOut aria-hidden />
          </ActionButton>
        </Tip>
      ) : null}
    </div>
  );
}
