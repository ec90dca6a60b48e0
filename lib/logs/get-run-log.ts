import { listEnvironments } from "@/lib/db/environments";
import { getJobById } from "@/lib/db/jobs";
import { getRunById } from "@/lib/db/runs";
import { type Actor, requireMay } from "@/lib/domain/actor";
import { NotFound } from "@/lib/domain/errors";
import { isRunId } from "@/lib/domain/run";
import { chooseContainer } from "./choose-container";
import type { LogRequest } from "./log-copies";
import { type LogDeps, logDeps } from "./log-deps";

type Asked = {
  actor: Actor;
  runId: string;
  /** A container's name, `*` for all, null for the main one. */
  container: string | null;
  deps?: LogDeps;
};

/** What reading a run's log needs to know, and its job's slug. Throws Forbidden, NotFound. */
export async function getRunLog({ actor, runId, container, deps = logDeps() }: Asked): Promise<LogRequest & { jobSlug: string }> {
  requireMay(actor, "read");
  const run = isRunId(runId) ? await getRunById(deps.db, runId) : null;
  if (!run) throw new NotFound("There is no such run: it may be older than the history that is kept.");
  const [job, environments] = await Promise.all([getJobById(deps.db, run.jobId), listEnvironments(deps.db)]);
  const environment = environments.find((candidate) => candidate.id === run.environmentId);
  if (!environment) throw new NotFound("The environment of this run does not exist any more.");
  return { run, environment, container: chooseContainer(run, container), deps, jobSlug: job?.slug ?? "job" };
}
