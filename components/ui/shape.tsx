import type { ReactNode } from "react";
import { cn } from "./cn";

export type Tone = "good" | "bad" | "busy" | "still" | "warn" | "odd";

/** The forms in which a state is drawn, so that colour never speaks alone. */
export type ShapeName =
  | "disc"
  | "cross"
  | "quarter"
  | "dashes"
  | "ring"
  | "square"
  | "hop"
  | "triangle"
  | "question"
  | "bars"
  | "clock"
  | "slash";

export const toneText: Record<Tone, string> = {
  good: "text-good",
  bad: "text-bad",
  busy: "text-busy",
  still: "text-still",
  warn: "text-warn",
  odd: "text-odd",
};

const drawing: Record<ShapeName, ReactNode> = {
  disc: <circle cx="8" cy="8" r="4.5" fill="currentColor" />,
  cross: <path d="M4 4l8 8M12 4l-8 8" stroke="currentColor" strokeWidth="2.2" strokeLinecap="round" />,
  quarter: (
    <g className="origin-center animate-turn">
      <circle cx="8" cy="8" r="5" stroke="currentColor" strokeWidth="1.5" fill="none" />
      <path d="M8 8V3a5 5 0 0 1 5 5Z" fill="currentColor" />
    </g>
  ),
  dashes: (
    <circle
      cx="8"
      cy="8"
      r="5"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeDasharray="2.6 2.6"
      fill="none"
      className="origin-center animate-turn"
    />
  ),
  ring: (
    <>
      <circle cx="8" cy="8" r="5" stroke="currentColor" strokeWidth="1.5" fill="none" />
      <circle cx="8" cy="8" r="1.5" fill="currentColor" />
    </>
  ),
  square: <rect x="4" y="4" width="8" height="8" rx="1" fill="currentColor" />,
  hop: (
    <path
      d="M2.8 10.5c1.4-4.6 7-5.6 9.6-1.6M12.8 5.2v4h-4"
      stroke="currentColor"
      strokeWidth="1.5"
      fill="none"
      strokeLinecap="round"
      strokeLinejoin="round"
    />
  ),
  triangle: <path d="M8 3.2 13.4 12.6H2.6Z" stroke="currentColor" strokeWidth="1.6" fill="none" strokeLinejoin="round" />,
  question: (
    <>
      <path
        d="M5.4 5.8a2.7 2.7 0 1 1 4 2.5c-.9.5-1.4 1-1.4 1.9"
        stroke="currentColor"
        strokeWidth="1.8"
        fill="none"
        strokeLinecap="round"
      />
      <circle cx="8" cy="12.8" r="1.1" fill="currentColor" />
    </>
  ),
  bars: <path d="M6 4v8M10 4v8" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />,
  clock: (
    <>
      <circle cx="8" cy="8" r="5" stroke="currentColor" strokeWidth="1.5" fill="none" />
      <path d="M8 5v3l2 1.5" stroke="currentColor" strokeWidth="1.5" fill="none" strokeLinecap="round" strokeLinejoin="round" />
    </>
  ),
  slash: (
    <>
      <circle cx="8" cy="8" r="5" stroke="currentColor" strokeWidth="1.5" fill="none" />
      <path d="M4.5 11.5l7-7" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" />
    </>
  ),
};

type ShapeProps = {
  shape: ShapeName;
  tone: Tone /** Read aloud; without it the word must stand beside the shape. */;
  label?: string;
  className?: string;
};

/** A state's mark: its form and its colour. */
export function Shape({ shape, tone, label, className }: ShapeProps) {
  return (
    <>
      <svg viewBox="0 0 16 16" fill="none" aria-hidden="true" className={cn("size-4 shrink-0", toneText[tone], className)}>
        {drawing[shape]}
      </svg>
      {label ? <span className="sr-only">{label}</span> : null}
    </>
  );
}
