import type { Db } from "@/lib/db/client";
import { type ComparedRun, readFailureStreak, readRevisions, type SavedForm } from "@/lib/db/run-comparison";
import { diffInWords } from "@/lib/desired/diff";
import { containerName } from "@/lib/desired/names";
import type { Environment } from "@/lib/domain/environment";
import type { Job } from "@/lib/domain/job";
import type { Run } from "@/lib/domain/run";
import { mainContainerOf } from "@/lib/domain/run-state";

/** How a run's failure stands among those before it, and what had changed when they began. */
export type RunComparison = {
  /** Runs in a row that went badly, this one among them; `more`: there are more than were counted. */
  failures: number;
  /** Those of them that failed for the same reason. */
  alike: number;
  more: boolean;
  firstBad: { id: string; dueAt: Date };
  lastGood: { id: string; dueAt: Date } | null;
  /** What differs between the last good run and the first bad one; null where no run has gone well. */
  change: RunChange | null;
};

export type RunChange = {
  /** What changed, a sentence each; none where nothing did that Belfry knows of. */
  changed: string[];
  /** What is the same, or cannot be known, a few words each. */
  unchanged: string[];
  /** Who saved the form of the job that the first bad run had, if it is another one. */
  savedBy: { name: string; at: Date } | null;
};

const bad: readonly Run["state"][] = ["failed", "missed", "lost"];

/** Compares a run that went badly with those before it: two queries at most. Null for a run that did not, or has not ended. */
export async function getRunComparison(db: Db, { run, job, environment }: Asked): Promise<RunComparison | null> {
  if (!bad.includes(run.state)) return null;
  const { lastGood, firstBad, ...counts } = await readFailureStreak(db, run, run.cause?.kind ?? null);
  const first = firstBad ?? { id: run.id, dueAt: run.dueAt };
  return {
    ...counts,
    failures: Math.max(1, counts.failures),
    alike: Math.max(1, counts.alike),
    firstBad: { id: first.id, dueAt: first.dueAt },
    lastGood: lastGood && { id: lastGood.id, dueAt: lastGood.dueAt },
    change: lastGood && firstBad && (await changeBetween(db, { job, environment, good: lastGood, bad: firstBad })),
  };
}

type Asked = { run: Run; job: Job; environment: Environment };
type Compared = { job: Job; environment: Environment; good: ComparedRun; bad: ComparedRun };

async function changeBetween(db: Db, compared: Compared): Promise<RunChange> {
  const { job, good, bad } = compared;
  const generations = good.generation !== null && bad.generation !== null ? ([good.generation, bad.generation] as const) : null;
  const differ = generations !== null && generations[0] !== generations[1];
  const forms = differ ? await readRevisions(db, job.id, [generations[0], generations[1]]) : [];
  const now = forms.find(({ generation }) => generation === bad.generation);
  return { ...describeChange(compared, forms), savedBy: differ && now ? { name: now.changedBy, at: now.changedAt } : null };
}

/** What changed from a good run to a bad one, in words. Pure. */
export function describeChange({ job, environment, good, bad }: Compared, forms: SavedForm[]): Omit<RunChange, "savedBy"> {
  const changed: string[] = [];
  const unchanged: string[] = [];
  if (good.generation === null || bad.generation === null) unchanged.push("which definition they had is not known");
  else if (good.generation === bad.generation) unchanged.push(`the same definition (generation ${bad.generation})`);
  else {
    const [from, to] = [good, bad].map((run) => forms.find(({ generation }) => generation === run.generation)?.document);
    const sentences = from && to ? diffInWords({ ...job, ...from }, to, environment).filter((sentence) => !isAside.test(sentence)) : null;
    if (sentences === null)
      changed.push(`The definition: generation ${good.generation} becomes ${bad.generation}, and one of the two is not kept.`);
    else if (sentences.length > 0) changed.push(...sentences);
    else unchanged.push(`generation ${bad.generation} differs from ${good.generation} in nothing that AWS would notice`);
  }

  const [before, after] = [revisionOf(good), revisionOf(bad)];
  if (before && after && before !== after) changed.push(`The revision: ${before} becomes ${after}.`);

  const [was, is] = [good, bad].map((run) => mainContainerOf({ containers: run.containers, mainContainer: containerName }));
  if (was?.imageDigest && is?.imageDigest) {
    if (was.imageDigest === is.imageDigest) unchanged.push("the same image digest");
    else if (was.image === is.image)
      changed.push(
        `The image digest: ${shortDigest(was.imageDigest)} becomes ${shortDigest(is.imageDigest)}, under the same name ${is.image}.`,
      );
    else changed.push(`The image digest: ${shortDigest(was.imageDigest)} becomes ${shortDigest(is.imageDigest)}.`);
  } else
    unchanged.push(is?.imageDigest ? "the good run's image digest is not known" : "its image was not pulled, so its digest is not known");
  return { changed, unchanged };
}

/** Sentences that tell what a save brings with it, and not what was changed. */
const isAside = /^(The job moves to another revision of|The rate starts anew)/;

function revisionOf({ taskDefinitionArn }: ComparedRun): string | null {
  return taskDefinitionArn?.split(":task-definition/")[1] ?? null;
}

function shortDigest(digest: string): string {
  return digest.slice(0, "sha256:".length + 12);
}
