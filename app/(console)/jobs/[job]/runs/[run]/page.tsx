import { ChevronLeft, ChevronRight, Pencil } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { FailureCard } from "@/components/runs/failure-card";
import { LiveLog } from "@/components/runs/live-log";
import { logContainers } from "@/components/runs/log-containers";
import { PhaseLine } from "@/components/runs/phase-line";
import { phaseSegments } from "@/components/runs/phase-segments";
import { RunActions } from "@/components/runs/run-actions";
import { RunFacts } from "@/components/runs/run-facts";
import { runStateLook } from "@/components/runs/run-state-badge";
import { LaunchRefusal, RunTitle } from "@/components/runs/run-title";
import { RunTriggerWords } from "@/components/runs/run-trigger";
import { silentEnds } from "@/components/runs/silent-ends";
import { LookAgain } from "@/components/shell/look-again";
import { PageHeader } from "@/components/shell/page-header";
import { Button } from "@/components/ui/button";
import { TimeText } from "@/components/ui/time-text";
import { may } from "@/lib/domain/actor";
import { isEnded, type Run, runCan } from "@/lib/domain/run";
import { paths } from "@/lib/paths";
import { getRun } from "@/lib/runs/get-run";
import { ask } from "../../../../ask";
import { reasonNotTo } from "../../../../reason-not-to";
import { requestRunAction, requestStopAction } from "../../../actions";

type RunPageProps = { params: Promise<{ job: string; run: string }> };

export async function generateMetadata({ params }: RunPageProps): Promise<Metadata> {
  return { title: `Run of ${(await params).job}` };
}

const outcomeOf = { good: "good", bad: "bad", still: "still", odd: "odd", warn: "odd", busy: null } as const;

export default async function RunPage({ params }: RunPageProps) {
  const { job: slug, run: runId } = await params;
  const { page, actor } = await ask(paths.run(slug, runId), async (actor) => ({ page: await getRun({ actor, runId }), actor }));
  const { run, job, usualSeconds, duplicates, newerId, olderId, comparison, consoleLink } = page;
  const ended = isEnded(run);
  const cause = run.cause ?? silentEnds[run.state];
  const mayRun = reasonNotTo(actor, "run jobs");

  return (
    <>
      <PageHeader
        crumbs={[
          { name: "Jobs", path: paths.jobs() },
          { name: job.name, path: paths.job(job.slug) },
          { name: "Runs", path: paths.jobRuns(job.slug) },
        ]}
        title={<RunTitle run={run} />}
        lead={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-0.5 text-ink-2">
            <span>
              Due <TimeText at={run.dueAt} form="full" timeZone={job.timeZone} />
            </span>
            <RunTriggerWords run={run} />
            <nav aria-label="Runs beside this one" className="-my-1 flex items-center text-xs">
              <Neighbour slug={job.slug} runId={olderId} way="older" />
              <Neighbour slug={job.slug} runId={newerId} way="newer" />
            </nav>
          </span>
        }
        actions={
          <>
            <RunActions
              runId={run.id}
              slug={job.slug}
              ended={ended}
              canRepeat={!ended || (runCan.repeat(run) && (run.wanted ?? run.taskDefinitionArn) !== null)}
              reasons={{ stop: mayRun ?? reasonNotToStop(run), run: mayRun ?? reasonNotToRun(run, job.deletedAt !== null) }}
              requestStop={requestStopAction}
              requestRun={requestRunAction}
            />
            {may(actor, "edit jobs") && !job.deletedAt ? (
              <Button asChild>
                <Link href={paths.editJob(job.slug)}>
                  <Pencil aria-hidden />
                  Edit job
                </Link>
              </Button>
            ) : null}
          </>
        }
      />

      <div className="flex flex-col gap-4">
        <div className="rounded-lg border border-line bg-surface p-4">
          <PhaseLine segments={phaseSegments(run, ended)} outcome={outcomeOf[runStateLook[run.state].tone]} />
          <RunFacts run={run} job={job} usualSeconds={usualSeconds} duplicates={duplicates} duplicateCount={page.duplicateCount} />
        </div>
        {cause ? (
          <FailureCard state={run.state} cause={cause} link={consoleLink} comparison={comparison} job={job} />
        ) : run.launchError ? (
          <LaunchRefusal error={run.launchError} />
        ) : null}
        {run.logStream || !ended ? (
          <LiveLog
            runId={run.id}
            initialState={run.state}
            ended={ended}
            containers={logContainers(run)}
            startedAt={run.startedAt?.getTime() ?? null}
          />
        ) : (
          <p className="rounded-lg border border-line bg-surface p-4 text-ink-2 text-sm">
            {run.startedAt
              ? "There is no log: AWS did not tell into which stream the container wrote."
              : "There is no log: no container of this run ever started."}
          </p>
        )}
      </div>
      <LookAgain changing={!ended} />
    </>
  );
}

function Neighbour({ slug, runId, way }: { slug: string; runId: string | null; way: "older" | "newer" }) {
  if (!runId) return null;
  return (
    <Button asChild variant="ghost" size="small" className="font-normal text-ink-3 max-sm:first:-ml-2">
      <Link href={paths.run(slug, runId)} prefetch={false}>
        {way === "older" ? <ChevronLeft aria-hidden /> : null}
        {way === "older" ? "Older run" : "Newer run"}
        {way === "newer" ? <ChevronRight aria-hidden /> : null}
      </Link>
    </Button>
  );
}

function reasonNotToStop(run: Run): string | null {
  if (!runCan.stop(run)) return "This run has ended: there is nothing to stop.";
  return run.stopRequestedAt ? `${run.stopRequestedBy ?? "Somebody"} has asked for the stop already.` : null;
}

function reasonNotToRun(run: Run, deleted: boolean): string | null {
  if (deleted) return "The job is deleted: there is nothing to run.";
  return isEnded(run) ? null : "This run has not ended: it can be run again afterwards.";
}
