import { CircleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "./cn";

/** What a control needs so that its label, hint and error are read with it. */
export type ControlProps = { id: string; "aria-describedby"?: string; "aria-invalid"?: true };

type FieldProps = {
  id: string;
  label: ReactNode;
  /** Read with the control, always there. */
  hint?: ReactNode;
  error?: string | null;
  optional?: boolean;
  /** The label is for screen readers only: a column heading shows it already. */
  bare?: boolean;
  className?: string;
  children: (control: ControlProps) => ReactNode;
};

/** A labelled control with its hint and, in a sentence, what is wrong with it. */
export function Field({ id, label, hint, error, optional, bare, className, children }: FieldProps) {
  const describedBy = [hint ? `${id}-hint` : null, error ? `${id}-error` : null].filter(Boolean).join(" ");
  return (
    <div className={cn("min-w-0", className)}>
      <label htmlFor={id} className={bare ? "sr-only" : "mb-1 flex items-baseline gap-1.5 font-medium text-ink text-sm"}>
        {label}
        {optional && !bare ? <span className="font-normal text-ink-3 text-xs">optional</span> : null}
      </label>
      {children({ id, "aria-describedby": describedBy || undefined, "aria-invalid": error ? true : undefined })}
      {hint ? (
        <p id={`${id}-hint`} className="mt-1 text-ink-3 text-xs">
          {hint}
        </p>
      ) : null}
      {error ? <FieldError id={`${id}-error`} sentence={error} /> : null}
    </div>
  );
}

/** A sentence about what is wrong, under the control it concerns. */
export function FieldError({ id, sentence }: { id?: string; sentence: string }) {
  return (
    <p id={id} className="mt-1 flex gap-1.5 text-bad text-xs">
      <CircleAlert aria-hidden className="mt-px size-3.5 shrink-0" strokeWidth={1.75} />
      <span className="min-w-0">{sentence}</span>
    </p>
  );
}
