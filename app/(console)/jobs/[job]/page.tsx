import type { Metadata } from "next";
import { DefinitionFacts } from "@/components/jobs/definition-facts";
import { JobActions } from "@/components/jobs/job-actions";
import { isSettled, JobMark, jobConditionOf } from "@/components/jobs/job-condition";
import { JobFacts } from "@/components/jobs/job-facts";
import { JobNotices } from "@/components/jobs/job-notices";
import { RevisionList } from "@/components/jobs/revision-list";
import { scheduleWords } from "@/components/jobs/schedule-words";
import { SyncRefusal } from "@/components/jobs/sync-refusal";
import { HistoryStrip } from "@/components/runs/history-strip";
import { RunTable } from "@/components/runs/run-table";
import { LookAgain } from "@/components/shell/look-again";
import { PageHeader, Section } from "@/components/shell/page-header";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { RowLink } from "@/components/ui/row-link";
import { may } from "@/lib/domain/actor";
import { isEnded } from "@/lib/domain/run";
import { getJob } from "@/lib/jobs/get-job";
import { nextMoment } from "@/lib/jobs/list-jobs";
import { paths } from "@/lib/paths";
import { listRuns } from "@/lib/runs/list-runs";
import { ask } from "../../ask";
import { reasonNotTo } from "../../reason-not-to";
import { deleteJobAction, pauseJobAction, requestRunAction, resumeJobAction } from "../actions";

type JobPageProps = { params: Promise<{ job: string }> };

export async function generateMetadata({ params }: JobPageProps): Promise<Metadata> {
  return { title: (await params).job };
}

export default async function JobPage({ params }: JobPageProps) {
  const { job: slug } = await params;
  const { page, runs, actor } = await ask(paths.job(slug), async (actor) => {
    const [page, runs] = await Promise.all([getJob({ actor, slug }), listRuns({ actor, slug, limit: 72 })]);
    return { page, runs, actor };
  });
  const { job, sync, environment, revisions, repairs, repairsOfDay, usualSeconds, lastLookAt, lateSince } = page;
  const now = new Date();
  const last = runs.rows.find(({ run }) => isEnded(run) && run.state !== "skipped")?.run ?? null;
  const running = runs.rows.some(({ run }) => !isEnded(run));

  return (
    <>
      <PageHeader
        crumbs={[{ name: "Jobs", path: paths.jobs() }]}
        title={
          <span className="flex items-center gap-2.5">
            <JobMark condition={jobConditionOf({ sync, pausedAt: job.pausedAt, lateSince }, running, last)} />
            <span className="min-w-0">{job.name}</span>
          </span>
        }
        lead={
          <>
            <span title={`${job.expression}\n${job.timeZone}`}>{scheduleWords(job.expression)}</span>
            <span className="text-ink-3">{` · ${job.timeZone}`}</span>
          </>
        }
        actions={
          <JobActions
            job={{ slug: job.slug, name: job.name, paused: job.pausedAt !== null }}
            reasons={{
              run: reasonNotTo(actor, "run jobs"),
              pause: reasonNotTo(actor, "pause jobs"),
              edit: reasonNotTo(actor, "edit jobs"),
              delete: reasonNotTo(actor, "delete jobs"),
            }}
            requestRun={requestRunAction}
            pause={pauseJobAction}
            resume={resumeJobAction}
            remove={deleteJobAction}
          />
        }
      />
      {job.description ? <p className="-mt-2 mb-4 max-w-[68ch] whitespace-pre-line text-ink-2 text-sm">{job.description}</p> : null}
      {job.syncError ? <SyncRefusal job={job} error={job.syncError} mayEdit={may(actor, "edit jobs")} /> : null}
      <JobNotices job={job} repairs={repairs} repairsOfDay={repairsOfDay} now={now} />
      <JobFacts
        job={job}
        sync={sync}
        nextAt={nextMoment(job, now)}
        last={last}
        usualSeconds={usualSeconds}
        lastLookAt={lastLookAt}
        lateSince={lateSince}
      />

      <div className="mt-6 grid items-start gap-6 xl:grid-cols-[minmax(0,1fr)_360px]">
        <div className="flex min-w-0 flex-col gap-6">
          <Section
            id="runs"
            title="Runs"
            aside={
              runs.rows.length > 0 ? (
                <RowLink href={paths.jobRuns(job.slug)} className="rounded-sm text-ink-2 hover:text-ink">
                  All runs
                </RowLink>
              ) : null
            }
          >
            {runs.rows.length === 0 ? (
              <div className="rounded-lg border border-line bg-surface">
                <EmptyState title="No runs yet">
                  The first one comes at the next moment of the schedule. To see it work at once, press Run now.
                </EmptyState>
              </div>
            ) : (
              <div className="flex flex-col gap-3">
                <div className="rounded-lg border border-line bg-surface p-4">
                  <HistoryStrip slug={job.slug} runs={runs.rows.map(({ run }) => run)} now={now.getTime()} />
                </div>
                <RunTable rows={runs.rows.slice(0, 12)} timeZone={job.timeZone} label={`Last runs of ${job.name}`} />
              </div>
            )}
          </Section>
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          <Card title="Definition" id="definition">
            <DefinitionFacts job={job} environment={environment} />
          </Card>
          <Card
            title="Revisions"
            id="revisions"
            aside={
              <RowLink href={paths.jobRevisions(job.slug)} className="rounded-sm text-ink-2 hover:text-ink">
                All revisions
              </RowLink>
            }
          >
            <RevisionList revisions={revisions} />
          </Card>
        </div>
      </div>
      <LookAgain changing={running || !isSettled(sync)} />
    </>
  );
}
