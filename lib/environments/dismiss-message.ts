import { recordAudit } from "@/lib/db/audit";
import { deleteSetAside } from "@/lib/db/set-aside";
import { inTransaction } from "@/lib/db/transaction";
import { type Actor, requireMay } from "@/lib/domain/actor";

/** Throws a message away that had been set aside; one that is gone already is no fault. Throws Forbidden. */
export async function dismissMessage({ actor, id, now = new Date() }: { actor: Actor; id: string; now?: Date }): Promise<void> {
  requireMay(actor, "manage environments");
  await inTransaction(async (tx) => {
    const message = await deleteSetAside(tx, id);
    if (!message) return;
    const { queue, messageId, reason } = message;
    await recordAudit(tx, {
      ...{ actor, action: "message.dismiss", subject: { kind: "message", id: messageId, name: `a message of the queue of ${queue}` } },
      ...{ before: { reason }, after: null, at: now },
    });
  });
}
