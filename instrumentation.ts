/** Called by Next once for each server, before the first request. Settings that are missing or wrong end the process with sentences. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { BadConfig, readWebConfig } = await import("./lib/config");
  try {
    process.env.DATABASE_URL = readWebConfig().databaseUrl;
  } catch (error) {
    if (!(error instanceof BadConfig)) throw error;
    console.error(error.message);
    process.exit(78); // sysexits.h: a configuration error
  }
  const { closeOpenStreams } = await import("./app/api/open-streams");
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, closeOpenStreams);
}
