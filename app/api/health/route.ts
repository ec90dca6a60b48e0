import { database } from "@/lib/db/client";
import { workerSeenAt } from "@/lib/db/pulse";

export const dynamic = "force-dynamic";

/** Whether this web server answers and reaches Postgres, and when a worker was last seen. Says nothing that needs a right. */
export async function GET(): Promise<Response> {
  try {
    const seenAt = await workerSeenAt(database());
    return Response.json({ web: "ok", postgres: "ok", workerSeenAt: seenAt }, { headers: { "cache-control": "no-store" } });
  } catch {
    return Response.json({ web: "ok", postgres: "away" }, { status: 503, headers: { "cache-control": "no-store" } });
  }
}
