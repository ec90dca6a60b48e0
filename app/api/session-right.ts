import { actorOfSession, currentSessionId } from "@/lib/auth/require-actor";
import { may, type Right } from "@/lib/domain/actor";

/** For answers that outlive their request: tells, whenever it is called, whether the request's session still has the right. */
export async function sessionRight(right: Right): Promise<() => Promise<boolean>> {
  const sessionId = (await currentSessionId()) ?? "";
  return async () => {
    const actor = await actorOfSession(sessionId);
    return actor !== null && may(actor, right);
  };
}
