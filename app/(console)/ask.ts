import { notFound, redirect } from "next/navigation";
import { requireActor } from "@/lib/auth/require-actor";
import { asOurs } from "@/lib/db/as-ours";
import type { Actor } from "@/lib/domain/actor";
import { BelfryError } from "@/lib/domain/errors";
import { paths } from "@/lib/paths";
import { faultDigest } from "./fault-digest";

/**
 * How a page asks a verb: who is not signed in is sent to the sign-in page and comes back to `here`; what does not exist
 * is the not-found page; our other words reach the error page as their sentences.
 */
export async function ask<Answer>(here: string, question: (actor: Actor) => Promise<Answer>): Promise<Answer> {
  try {
    return await question(await requireActor());
  } catch (error) {
    const ours = error instanceof BelfryError ? error : asOurs(error);
    if (!(ours instanceof BelfryError)) throw error;
    if (ours.word === "unauthenticated") redirect(paths.signIn(here));
    if (ours.word === "not-found") notFound();
    throw Object.assign(ours, { digest: faultDigest(ours) });
  }
}
