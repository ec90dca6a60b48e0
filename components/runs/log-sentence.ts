import type { LogState } from "@/lib/logs/tail-run";
import type { Connection } from "./use-live-log";

type Told = { state: LogState | null; connection: Connection; count: number; ended: boolean };

/** How a log stands, in a few words. */
export function logSentence({ state, connection, count, ended }: Told): string {
  const lines = `${count.toLocaleString("en")} ${count === 1 ? "line" : "lines"}`;
  if (connection === "signed-out") return "Your session has ended: sign in again";
  if (connection === "refused") return "There is no such run any more";
  if (connection === "reconnecting") return "The connection was lost: reconnecting";
  switch (state) {
    case null:
      return "Opening the log";
    case "waiting":
      return "Waiting for the container";
    case "live":
      return "Live";
    case "settling":
      return count > 0 && !ended ? "Reading the last lines" : "Reading the log";
    case "complete":
      return count === 0 ? "Complete · the container wrote nothing" : `Complete · ${lines}`;
    case "stored-tail":
      return `The last ${lines}`;
    case "gone":
      return count === 0 ? "No log" : `Cut off after ${lines}`;
  }
}

/** Whether lines are still expected. */
export function isMoving({ state, connection }: Pick<Told, "state" | "connection">): boolean {
  return (
    connection !== "closed" &&
    connection !== "signed-out" &&
    connection !== "refused" &&
    (state === "live" || state === "waiting" || state === "settling")
  );
}
