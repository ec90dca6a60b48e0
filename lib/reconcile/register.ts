import type { RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import { isRefused, isThrottled } from "@/lib/aws/errors";
import { recordTaskDefinition } from "@/lib/db/observations";
import { claimTaskDefinition, forgetIntention, intendTaskDefinition } from "@/lib/db/task-definitions";
import type { Deps } from "@/lib/deps";
import { ownTags } from "@/lib/desired/names";
import type { Environment } from "@/lib/domain/environment";
import { Unavailable } from "@/lib/domain/errors";
import { lanes } from "./lanes";

/** A definition to register: the document carries its fingerprint as a tag. */
export type Registrable = { document: RegisterTaskDefinitionCommandInput; fingerprint: string };

/** Clocks of AWS and of this machine may differ by so much. */
const clockSlackMs = 10 * 60_000;

/** ECS's lists show a new revision after moments: until then nobody knows whether an intention was fulfilled. */
const listsLagMs = 15_000;
const notSureYet = new Unavailable("Whether AWS has taken the task definition of this job is not sure yet. Belfry looks again.");

/** The ARN of a revision with this content, registered only if there is none. Throws what AWS throws. */
export async function ensureRevision(deps: Deps, environment: Environment, definition: Registrable): Promise<string> {
  return (await claimTaskDefinition(deps.db, environment.id, definition.fingerprint)) ?? (await register(deps, environment, definition));
}

/**
 * Registering is the one call of a round that is not idempotent, so the intention is written down first. An intention that
 * is there already means that somebody may have been killed between registering and noting it: then ECS is searched for
 * the fingerprint's tag before it is asked again.
 */
async function register(deps: Deps, environment: Environment, { document, fingerprint }: Registrable): Promise<string> {
  const { db, clock } = deps;
  const { ecs } = deps.aws(environment);
  const family = document.family ?? "";
  const row = { environmentId: environment.id, fingerprint, family, document };
  const intendedAt = await intendTaskDefinition(db, { ...row, at: clock.now() });
  const found = intendedAt && (await findByTag(ecs, family, fingerprint, intendedAt));
  if (intendedAt && !found && clock.now().getTime() - intendedAt.getTime() < listsLagMs) throw notSureYet;
  const arn = found || (await registerOrForget());
  await recordTaskDefinition(db, { ...row, arn, registeredAt: clock.now() });
  return arn;

  /** A clear no leaves nothing behind to look for; a lost answer might. */
  async function registerOrForget(): Promise<string> {
    try {
      return await ecs.registerTaskDefinition(document);
    } catch (error) {
      if (isThrottled(error) || isRefused(error)) await forgetIntention(db, environment.id, fingerprint);
      throw error;
    }
  }
}

/** A revision that was registered since the intention and never noted. */
export async function findByTag(
  ecs: ReturnType<Deps["aws"]>["ecs"],
  family: string,
  fingerprint: string,
  intendedAt: Date,
): Promise<string | null> {
  const revisions = await ecs.findTaskDefinitions(family, new Date(intendedAt.getTime() - clockSlackMs));
  return revisions.find(({ tags }) => tags[ownTags.fingerprint] === fingerprint)?.arn ?? null;
}

/** Not tried, because ECS takes no more registrations for now; the next round goes on. */
export class Postponed extends Error {}

/**
 * Finds or registers the definitions of one round, each once however many jobs share it. ECS takes 20 registrations and
 * then one a second: once it refuses one for that, the others are postponed, and the jobs that need none are not kept
 * waiting.
 */
export function registrar(deps: Deps, environment: Environment): (definition: Registrable) => Promise<string> {
  const begun = new Map<string, Promise<string>>();
  const inLane = lanes(4);
  let isFull = false;
  const findOrRegister = async (definition: Registrable) => {
    const claimed = await claimTaskDefinition(deps.db, environment.id, definition.fingerprint);
    if (claimed) return claimed;
    if (isFull) throw new Postponed("ECS takes no more registrations for now.");
    try {
      return await register(deps, environment, definition);
    } catch (error) {
      isFull ||= isThrottled(error);
      throw error;
    }
  };
  return (definition) => {
    const arn = begun.get(definition.fingerprint) ?? inLane(() => findOrRegister(definition));
    begun.set(definition.fingerprint, arn);
    return arn;
  };
}
