"use client";

import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { parseArgv } from "./argv";

type ArgvFieldProps = {
  id: string;
  label: string;
  hint: ReactNode;
  placeholder: string;
  line: string;
  onChange: (line: string) => void;
  error: string | null;
};

const partLook = "mono max-w-full whitespace-pre-wrap break-all rounded-sm border border-line bg-sunken px-1.5 py-px text-ink-2";

/** A command as one would type it, and the parts that the container really gets. */
export function ArgvField({ id, label, hint, placeholder, line, onChange, error }: ArgvFieldProps) {
  const read = parseArgv(line);
  return (
    <div>
      <Field id={id} label={label} optional hint={hint} error={error ?? (read.ok ? null : read.sentence)}>
        {(control) => (
          <Input
            {...control}
            className="mono"
            placeholder={placeholder}
            value={line}
            spellCheck={false}
            autoCapitalize="none"
            autoComplete="off"
            onChange={(event) => onChange(event.target.value)}
          />
        )}
      </Field>
      {read.ok && read.argv.length > 0 ? (
        <ol aria-label={`${label} in parts`} className="mt-1.5 flex flex-wrap gap-1">
          {read.argv
            .map((text, place) => ({ text, place }))
            .map(({ text, place }) => (
              <li key={place} className={partLook}>
                {text === "" ? <span className="text-ink-3">empty</span> : text}
              </li>
            ))}
        </ol>
      ) : null}
      {read.ok && read.warning ? (
        <p className="mt-1.5 flex gap-1.5 text-ink-2 text-xs">
          <TriangleAlert aria-hidden className="mt-px size-3.5 shrink-0 text-warn" strokeWidth={1.5} />
          <span>{read.warning}</span>
        </p>
      ) : null}
    </div>
  );
}
