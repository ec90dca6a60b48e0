import type { Cause } from "@/lib/domain/run";
import type { Db } from "./client";
import { nudge } from "./nudge";
import { toJson } from "./row";

/** Gives an ended run a better cause than the one it has. False where it has got another one meanwhile. */
export async function rewriteCause(db: Db, runId: string, { was, is }: { was: Cause; is: Cause }): Promise<boolean> {
  const { count } = await db.run.updateMany({ where: { id: runId, causeKind: was.kind }, data: { cause: toJson(is), causeKind: is.kind } });
  if (count > 0) await nudge(db, "run-changed", runId);
  return count > 0;
}
