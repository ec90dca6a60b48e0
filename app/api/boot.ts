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
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, closeOpenStreams);
}
