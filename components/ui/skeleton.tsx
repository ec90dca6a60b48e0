import { cn } from "./cn";

/** A grey bar where something will stand; its size is the size of what comes. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={cn("block animate-breathe rounded-sm bg-hover", className)} />;
}
