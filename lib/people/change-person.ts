import { recordAudit } from "@/lib/db/audit";
import { changePerson as writePerson } from "@/lib/db/people";
import { inTransaction } from "@/lib/db/transaction";
import { type Actor, requireMay, roles } from "@/lib/domain/actor";
import { Invalid } from "@/lib/domain/errors";

/**
 * Changes a person's role, or lets them in no more (`disabled`), which ends their sessions.
 * Throws Invalid, NotFound, and Conflict for the last admin.
 */
export async function changePerson(request: {
  actor: Actor;
  personId: string;
  role?: string;
  disabled?: boolean;
  now?: Date;
}): Promise<void> {
  const { actor, personId, disabled, now = new Date() } = request;
  requireMay(actor, "manage people");
  const role = roles.find((candidate) => candidate === request.role);
  if (request.role !== undefined && !role)
    throw new Invalid([{ field: "role", sentence: `The role is unknown: take ${roles.join(", ")}.` }]);
  await inTransaction(async (tx) => {
    const { before, after } = await writePerson(tx, personId, {
      ...(role && { role }),
      ...(disabled !== undefined && { disabledAt: disabled ? now : null }),
      at: now,
    });
    await recordAudit(tx, {
      actor,
      action: "person.change",
      subject: { kind: "person", id: personId, name: after.name },
      before: { role: before.role, disabledAt: before.disabledAt },
      after: { role: after.role, disabledAt: after.disabledAt },
      at: now,
    });
  });
}
