"use client";

import { useState } from "react";
import { Combobox } from "@/components/ui/combobox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Tabs } from "@/components/ui/tabs";
import { useNow, useViewerZone } from "@/components/ui/viewer-clock";
import type { ParsedSchedule } from "@/lib/schedule/parse";
import { formatOffset, offsetMinutes } from "@/lib/schedule/time-zone";
import { fromExpression } from "./schedule-builder";
import { ScheduleBuilderField } from "./schedule-builder-field";

type ScheduleFieldProps = {
  expression: string;
  timeZone: string;
  timeZones: readonly string[];
  parsed: ParsedSchedule;
  onExpressionChange: (expression: string) => void;
  onTimeZoneChange: (timeZone: string) => void;
  expressionError: string | null;
  timeZoneError: string | null;
};

/** When the job runs: by choice or as an expression, both the same value; and by whose clocks. */
export function ScheduleField(props: ScheduleFieldProps) {
  const { expression, timeZone, timeZones, parsed, onExpressionChange, onTimeZoneChange, expressionError, timeZoneError } = props;
  const [tab, setTab] = useState(() => (fromExpression(expression) ? "simple" : "expression"));
  const now = useNow(false);
  const viewerZone = useViewerZone();
  const zones = [...new Set([timeZone, viewerZone, "UTC", ...timeZones])].filter((zone) => zone !== "");
  const today = new Date(now).toISOString().slice(0, 10);

  return (
    <div className="flex flex-col gap-4">
      <Tabs
        label="How to write the schedule"
        value={tab}
        onValueChange={setTab}
        tabs={[
          {
            value: "simple",
            label: "Simple",
            content: <ScheduleBuilderField expression={expression} onExpressionChange={onExpressionChange} today={today} />,
          },
          {
            value: "expression",
            label: "Expression",
            content: (
              <Field
                id="expression"
                label="Schedule"
                error={expressionError ?? (parsed.ok ? null : parsed.fault.sentence)}
                hint={
                  parsed.ok && parsed.translatedFrom ? (
                    <>
                      In AWS's form: <code className="mono text-ink-2">{parsed.schedule.expression}</code>
                    </>
                  ) : (
                    "cron(…) with AWS's six fields, rate(…), at(…), or a crontab line of five fields such as 0 9 * * 1-5."
                  )
                }
              >
                {(control) => (
                  <Input
                    {...control}
                    className="mono"
                    value={expression}
                    spellCheck={false}
                    autoCapitalize="none"
                    autoComplete="off"
                    onChange={(event) => onExpressionChange(event.target.value)}
                  />
                )}
              </Field>
            ),
          },
        ]}
      />
      <Field id="timeZone" label="Time zone" error={timeZoneError} className="max-w-100">
        {(control) => (
          <Combobox
            {...control}
            value={timeZone}
            onValueChange={onTimeZoneChange}
            options={zones}
            searchPlaceholder="Find a time zone"
            aside={(zone) => offsetOf(zone, now)}
          />
        )}
      </Field>
    </div>
  );
}

function offsetOf(zone: string, now: number): string {
  try {
    return formatOffset(offsetMinutes(zone, new Date(now)));
  } catch {
    // A zone that the server knows and this browser does not: its name is enough.
    return "";
  }
}
