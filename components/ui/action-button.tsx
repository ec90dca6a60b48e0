"use client";

import type { ComponentProps } from "react";
import { Button } from "./button";
import { Tip } from "./tooltip";

type ActionButtonProps = ComponentProps<typeof Button> & {
  /** Why this cannot be done now: the button stays, reachable by keyboard, and says so. */
  reason?: string | null;
  busy?: boolean;
};

/** A button that stays visible when it cannot be used, with its reason. */
export function ActionButton({ reason, busy = false, onClick, children, ...rest }: ActionButtonProps) {
  const blocked = Boolean(reason) || busy;
  const button = (
    <Button
      {...rest}
      aria-disabled={blocked || undefined}
      aria-busy={busy || undefined}
      onClick={blocked ? (event) => event.preventDefault() : onClick}
    >
      {children}
    </Button>
  );
  return reason ? <Tip words={reason}>{button}</Tip> : button;
}
