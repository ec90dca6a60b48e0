import { Unavailable } from "@/lib/domain/errors";
import { type LogCopies, type LogRequest, logCopies } from "./log-copies";
import type { Line, LogCopy, LogStanding } from "./log-copy";

type WindowRequest = LogRequest & { from: number; count: number; signal: AbortSignal; copies?: LogCopies };

/** Some lines of a log, and how many it has; fewer than were asked for where it has no more. */
export type LogWindow = { lines: Line[]; count: number } & LogStanding;

/** So long somebody waits for lines that are being read, in milliseconds. */
const patienceMs = 10_000;

/** The lines from a number on. Waits while they are being read from CloudWatch. Throws Unavailable where that takes too long. */
export async function readLines({ from, count, signal, copies = logCopies(), ...request }: WindowRequest): Promise<LogWindow> {
  const hold = copies.join(request);
  try {
    const { copy } = hold;
    await copy.until(() => copy.isCaughtUp || copy.file.count >= from + count - 1 || copy.failures > 2, patienceMs, signal);
    requireSomething(copy);
    return { lines: await copy.lines(from, count), count: copy.file.count, ...copy.told() };
  } finally {
    hold.leave();
  }
}

/** Throws Unavailable where nothing could be read yet because AWS does not answer. */
export function requireSomething(copy: LogCopy): void {
  if (copy.isOver || copy.isCaughtUp || copy.file.count > 0) return;
  throw new Unavailable("CloudWatch does not answer at the moment: try again in some seconds.");
}
