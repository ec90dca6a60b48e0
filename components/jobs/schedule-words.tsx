import { describeSchedule } from "@/lib/schedule/describe";
import { parseExpression } from "@/lib/schedule/parse";

const known = new Map<string, string>();
const mostKnown = 2000;

/** A saved expression in words, remembered; the expression itself where it cannot be read. */
export function scheduleWords(expression: string): string {
  const before = known.get(expression);
  if (before !== undefined) return before;
  const parsed = parseExpression(expression);
  const words = parsed.ok ? describeSchedule(parsed.schedule) : expression;
  if (known.size >= mostKnown) known.clear();
  known.set(expression, words);
  return words;
}

/** The schedule in words; the expression and its zone when the pointer rests here. */
export function ScheduleWords({ expression, timeZone }: { expression: string; timeZone: string }) {
  return <span title={`${expression}\n${timeZone}`}>{scheduleWords(expression)}</span>;
}
