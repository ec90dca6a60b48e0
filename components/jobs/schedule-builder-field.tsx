"use client";

import { useState } from "react";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { ManySegmented, Segmented } from "@/components/ui/segmented";
import { Select } from "@/components/ui/select";
import {
  evenHours,
  evenMinutes,
  fromExpression,
  ofKind,
  type SimpleSchedule,
  toExpression,
  type Weekday,
  weekdays,
} from "./schedule-builder";

const kinds = [
  { value: "minutes", label: "Every few minutes" },
  { value: "hourly", label: "Hourly" },
  { value: "daily", label: "Daily" },
  { value: "weekdays", label: "Weekdays" },
  { value: "weekly", label: "Weekly" },
  { value: "monthly", label: "Monthly" },
  { value: "once", label: "Once" },
] as const satisfies readonly { value: SimpleSchedule["kind"]; label: string }[];

const dayNames: Record<Weekday, string> = { MON: "Mon", TUE: "Tue", WED: "Wed", THU: "Thu", FRI: "Fri", SAT: "Sat", SUN: "Sun" };

type BuilderProps = { expression: string; onExpressionChange: (expression: string) => void; today: string };

/** The usual schedules by choice. What it cannot show stays as it is until somebody chooses a kind here. */
export function ScheduleBuilderField({ expression, onExpressionChange, today }: BuilderProps) {
  // A choice that makes no expression yet (no weekday, half a number) has no other place to live.
  const [unfinished, setUnfinished] = useState<SimpleSchedule | null>(null);
  const simple = unfinished ?? fromExpression(expression);

  function change(next: SimpleSchedule) {
    const written = toExpression(next);
    setUnfinished(written === null ? next : null);
    onExpressionChange(written ?? "");
  }

  return (
    <div className="flex flex-col gap-4">
      <Segmented
        label="How often"
        value={simple?.kind ?? null}
        onValueChange={(kind) => change(ofKind(kind, simple, today))}
        options={kinds}
      />
      {simple ? (
        <Choices simple={simple} onChange={change} today={today} />
      ) : (
        <p className="text-ink-2 text-sm">
          <code className="mono text-ink">{expression || "This schedule"}</code> can only be written as an expression. Choosing a kind above
          replaces it.
        </p>
      )}
    </div>
  );
}

function Choices({ simple, onChange, today }: { simple: SimpleSchedule; onChange: (next: SimpleSchedule) => void; today: string }) {
  switch (simple.kind) {
    case "minutes":
      return (
        <div className="flex flex-wrap gap-3">
          <NumberField
            id="every"
            label="Minutes"
            value={simple.every}
            min={1}
            max={1440}
            onChange={(every) => onChange({ ...simple, every })}
          />
          <Field
            id="counted-from"
            label="Counted from"
            className="w-56"
            hint={evenMinutes.includes(simple.every) ? undefined : "An hour does not divide by this: it counts from the start."}
          >
            {(control) => (
              <Select
                {...control}
                value={evenMinutes.includes(simple.every) ? simple.from : "start"}
                disabled={!evenMinutes.includes(simple.every)}
                onValueChange={(from) => onChange({ ...simple, from: from === "start" ? "start" : "hour" })}
                options={[
                  { value: "hour", label: "the full hour" },
                  { value: "start", label: "the moment it is applied" },
                ]}
              />
            )}
          </Field>
        </div>
      );
    case "hourly":
      return (
        <div className="flex flex-wrap gap-3">
          <Field id="every-hours" label="Every" className="w-36">
            {(control) => (
              <Select
                {...control}
                value={String(simple.every)}
                onValueChange={(every) => onChange({ ...simple, every: Number(every) })}
                options={evenHours.map((hours) => ({ value: String(hours), label: hours === 1 ? "hour" : `${hours} hours` }))}
              />
            )}
          </Field>
          <NumberField
            id="minute"
            label="At minute"
            value={simple.minute}
            min={0}
            max={59}
            onChange={(minute) => onChange({ ...simple, minute })}
          />
        </div>
      );
    case "daily":
    case "weekdays":
      return <TimeField time={simple.time} onChange={(time) => onChange({ ...simple, time })} />;
    case "weekly":
      return (
        <div className="flex flex-wrap gap-x-3 gap-y-4">
          <div>
            <p className="mb-1 font-medium text-ink text-sm">On</p>
            <ManySegmented
              label="Days of the week"
              values={simple.days}
              onValuesChange={(days) => onChange({ ...simple, days })}
              options={weekdays.map((day) => ({ value: day, label: dayNames[day] }))}
            />
            {simple.days.length === 0 ? <p className="mt-1 text-bad text-xs">No day is chosen: choose at least one.</p> : null}
          </div>
          <TimeField time={simple.time} onChange={(time) => onChange({ ...simple, time })} />
        </div>
      );
    case "monthly":
      return (
        <div className="flex flex-wrap gap-3">
          <Field
            id="day-of-month"
            label="Day of the month"
            className="w-44"
            hint={typeof simple.day === "number" && simple.day > 28 ? "Months without this day are left out." : undefined}
          >
            {(control) => (
              <Select
                {...control}
                value={String(simple.day)}
                onValueChange={(day) => onChange({ ...simple, day: day === "last" ? "last" : Number(day) })}
                options={[
                  ...Array.from({ length: 31 }, (_, index) => ({ value: String(index + 1), label: String(index + 1) })),
                  { value: "last", label: "the last day" },
                ]}
              />
            )}
          </Field>
          <TimeField time={simple.time} onChange={(time) => onChange({ ...simple, time })} />
        </div>
      );
    case "once":
      return (
        <div className="flex flex-wrap gap-3">
          <Field id="date" label="Date" className="w-44">
            {(control) => (
              <Input
                {...control}
                type="date"
                min={today}
                value={simple.date}
                onChange={(event) => onChange({ ...simple, date: event.target.value })}
              />
            )}
          </Field>
          <TimeField time={simple.time} onChange={(time) => onChange({ ...simple, time })} />
        </div>
      );
  }
}

function TimeField({ time, onChange }: { time: string; onChange: (time: string) => void }) {
  return (
    <Field id="time" label="At" className="w-32">
      {(control) => <Input {...control} type="time" value={time} onChange={(event) => onChange(event.target.value.slice(0, 5))} />}
    </Field>
  );
}

type NumberFieldProps = { id: string; label: string; value: number; min: number; max: number; onChange: (value: number) => void };

function NumberField({ id, label, value, min, max, onChange }: NumberFieldProps) {
  const wrong = !Number.isInteger(value) || value < min || value > max;
  return (
    <Field
      id={id}
      label={label}
      className="w-32"
      error={wrong ? `Write a whole number from ${min} to ${max.toLocaleString("en-US")}.` : null}
    >
      {(control) => (
        <Input
          {...control}
          type="number"
          inputMode="numeric"
          min={min}
          max={max}
          value={Number.isNaN(value) ? "" : value}
          onChange={(event) => onChange(event.target.value === "" ? Number.NaN : Number(event.target.value))}
        />
      )}
    </Field>
  );
}
