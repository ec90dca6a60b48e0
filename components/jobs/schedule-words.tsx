import { describeSchedule } from "@/lib/schedule/describe";
import { parseExpression } from "@/lib/schedule/parse";

/** A saved expression in words; the expression itself where it cannot be read. */
export function scheduleWords(expression: string): string {
  const parsed = parseExpression(expression);
  return parsed.ok ? describeSchedule(parsed.schedule) : expression;
}

/** The schedule in words; the expression and its zone when the pointer rests here. */
export function ScheduleWords({ expression, timeZone }: { expression: string; timeZone: string }) {
  return <span title={`${expression}\n${timeZone}`}>{scheduleWords(expression)}</span>;
}
