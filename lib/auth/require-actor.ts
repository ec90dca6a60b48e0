import { getServerSession } from "next-auth/next";
import { cache } from "react";
import { database } from "@/lib/db/client";
import { findLiveSession } from "@/lib/db/people";
import type { Actor } from "@/lib/domain/actor";
import { Unauthenticated } from "@/lib/domain/errors";
import { authOptions } from "./options";

/** Who acts, with the role as it is now in Postgres; null where nobody is signed in or the session has ended. Asked once per request. */
export const currentActor = cache(async (): Promise<Actor | null> => {
  const session = await getServerSession(authOptions);
  return session?.sessionId ? actorOfSession(session.sessionId) : null;
});

/** The person of a session that is still open; null once it ended, expired, or the person was disabled. */
export async function actorOfSession(sessionId: string, now: Date = new Date()): Promise<Actor | null> {
  const person = await findLiveSession(database(), sessionId, now);
  return person && { id: person.id, name: person.name, role: person.role };
}

/** As currentActor, but throws Unauthenticated. */
export async function requireActor(): Promise<Actor> {
  const actor = await currentActor();
  if (!actor) throw new Unauthenticated();
  return actor;
}
