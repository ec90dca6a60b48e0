import { constants } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { readWebConfig } from "@/lib/config";
import { lookAtDatabase } from "@/lib/db/migrate";
import { checkClocks } from "@/lib/domain/clock-check";
import { CannotStart, Unavailable } from "@/lib/domain/errors";
import { closeOpenStreams } from "./open-streams";

const againMs = 2_000;

/**
 * Reads the settings and looks at the database, once per server; what is missing or wrong ends it with a sentence for
 * each. A database that is away is waited for beside the pages, which say so. Ends open answers with the process.
 */
export async function boot(): Promise<void> {
  await orLeave(async () => {
    const { databaseUrl } = readWebConfig();
    process.env.DATABASE_URL = databaseUrl;
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, leave);
    if (!(await isLookedAt(databaseUrl))) void orLeave(() => lookUntilItAnswers(databaseUrl));
  });
}

async function orLeave(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof CannotStart)) throw error;
    console.error(error.message);
    process.exit(78); // EX_CONFIG of sysexits.h
  }
}

async function lookUntilItAnswers(databaseUrl: string): Promise<void> {
  console.warn("Postgres does not answer: the pages say so until it does.");
  do await pause(againMs, undefined, { ref: false });
  while (!(await isLookedAt(databaseUrl)));
}

/** False while Postgres does not answer. Throws CannotStart. */
async function isLookedAt(databaseUrl: string): Promise<boolean> {
  try {
    const { clockOffsetMs } = await lookAtDatabase(databaseUrl);
    const { forbids, warns } = checkClocks({ databaseMs: clockOffsetMs, awsMs: null });
    if (forbids.length > 0) throw new CannotStart(forbids);
    for (const sentence of warns) console.warn(sentence);
    return true;
  } catch (error) {
    if (error instanceof Unavailable) return false;
    throw error;
  }
}

/** Next waits for every answer under way. One whose reader takes nothing would never end: after so long nobody is waited for. */
function leave(signal: NodeJS.Signals): void {
  closeOpenStreams();
  setTimeout(() => process.exit(128 + constants.signals[signal]), 3_000).unref();
}
