/** Called by Next once for each server, before the first request. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME === "nodejs") await (await import("./app/api/boot")).boot();
}
