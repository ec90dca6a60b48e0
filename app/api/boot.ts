import { constants } from "node:os";
import { BadConfig, readWebConfig } from "@/lib/config";
import { closeOpenStreams } from "./open-streams";

/** Reads the settings, once per server; those that are missing or wrong end it with a sentence for each. Ends open answers with the process. */
export function boot(): void {
  try {
    process.env.DATABASE_URL = readWebConfig().databaseUrl;
  } catch (error) {
    if (!(error instanceof BadConfig)) throw error;
    console.error(error.message);
    process.exit(78); // EX_CONFIG of sysexits.h
  }
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, leave);
}

/** Next waits for every answer under way. One whose reader takes nothing would never end: after so long nobody is waited for. */
function leave(signal: NodeJS.Signals): void {
  closeOpenStreams();
  setTimeout(() => process.exit(128 + constants.signals[signal]), 3_000).unref();
}
