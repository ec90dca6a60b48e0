import type { LogState } from "@/lib/logs/tail-run";
import { paths } from "@/lib/paths";
import type { ToldLine } from "./log-pages";

/** Whose lines: null for the job's own container, "*" for all of them by time, else a container's name. */
export type ContainerChoice = string | null;

/** All containers' lines in one. */
export const merged = "*";

/** What is looked for in a whole log. */
export type Sought = { words: string } | "errors";

export type LogWindow = { lines: ToldLine[]; count: number; state: LogState; note: string | null };

/** `hits`: the numbers of the first lines found, ascending; `total` counts all of them up to line `searchedTo`. */
export type LogFound = { hits: number[]; total: number; searchedTo: number; complete: boolean };

export type LogAddresses = ReturnType<typeof logAddresses>;

/** Where a run's log is read, for one choice of containers. */
export function logAddresses(runId: string, container: ContainerChoice) {
  const query = (asked: Record<string, string | number>) => {
    const params = new URLSearchParams();
    for (const [name, value] of Object.entries({ container, ...asked })) if (value !== null) params.set(name, String(value));
    return params.size > 0 ? `?${params}` : "";
  };
  const log = paths.api.runLog(runId);
  return {
    stream: `${log}${query({})}`,
    lines: (from: number, count: number) => `${log}/lines${query({ from, count })}`,
    search: (what: Sought) => `${log}/search${query(what === "errors" ? { errors: 1 } : { q: what.words })}`,
    download: `${paths.api.runLogDownload(runId)}${query({})}`,
  };
}

/** An answer that is none: `status` is HTTP's. */
export class LogRefusal extends Error {
  constructor(readonly status: number) {
    super(`The log was refused with status ${status}.`);
  }
}

/** Asks for JSON. Throws LogRefusal, or what fetch throws while the server is away. */
export async function askLog<Answer>(address: string, signal: AbortSignal): Promise<Answer> {
  const response = await fetch(address, { signal, cache: "no-store" });
  if (!response.ok) throw new LogRefusal(response.status);
  return (await response.json()) as Answer;
}
