import type { LogState } from "@/lib/logs/tail-run";
import type { Connection } from "./log-follower";

type Told = { state: LogState | null; connection: Connection; last: number; ended: boolean };

/** How a log stands, in a few words. */
export function logSentence({ state, connection, last, ended }: Told): string {
  const lines = `${last.toLocaleString("en")} ${last === 1 ? "line" : "lines"}`;
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
      return last > 0 && !ended ? "Reading the last lines" : "Reading the log";
    case "complete":
      return last === 0 ? "Complete · the container wrote nothing" : `Complete · ${lines}`;
    case "stored-tail":
      return `The last ${lines}`;
    case "gone":
      return last === 0 ? "No log" : `Cut off after ${lines}`;
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
