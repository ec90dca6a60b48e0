import type { Metadata } from "next";
import Link from "next/link";
import { RunFilters } from "@/components/runs/run-filters";
import { RunTable } from "@/components/runs/run-table";
import { LookAgain } from "@/components/shell/look-again";
import { PageHeader } from "@/components/shell/page-header";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { Pager } from "@/components/ui/pager";
import { isEnded, runStates } from "@/lib/domain/run";
import { getJob } from "@/lib/jobs/get-job";
import { paths } from "@/lib/paths";
import { listRuns } from "@/lib/runs/list-runs";
import { ask } from "../../../ask";

export const metadata: Metadata = { title: "Runs" };

type RunsPageProps = { params: Promise<{ job: string }>; searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function RunsPage({ params, searchParams }: RunsPageProps) {
  const { job: slug } = await params;
  const search = await searchParams;
  const state = runStates.find((candidate) => candidate === search.state);
  const cursor = typeof search.cursor === "string" ? search.cursor : undefined;
  const { job, rows, nextCursor } = await ask(paths.jobRuns(slug, { state, cursor }), async (actor) => {
    const [page, runs] = await Promise.all([getJob({ actor, slug }), listRuns({ actor, slug, state, cursor })]);
    return { job: page.job, ...runs };
  });
  return (
    <>
      <PageHeader
        title="Runs"
        crumbs={[
          { name: "Jobs", path: paths.jobs() },
          { name: job.name, path: paths.job(job.slug) },
        ]}
      />
      <RunFilters slug={job.slug} state={state} />
      {rows.length === 0 ? (
        <div className="rounded-lg border border-line bg-surface">
          <EmptyState
            title={state ? "No run is like this" : "No runs yet"}
            action={
              state ? (
                <Button asChild>
                  <Link href={paths.jobRuns(job.slug)}>Show all runs</Link>
                </Button>
              ) : null
            }
          >
            {state
              ? "Take the filter away to see the others."
              : "The first one comes at the next moment of the schedule, or when somebody presses Run now."}
          </EmptyState>
        </div>
      ) : (
        <RunTable rows={rows} timeZone={job.timeZone} label={`Runs of ${job.name}`} />
      )}
      <Pager
        first={cursor ? paths.jobRuns(job.slug, { state }) : null}
        next={nextCursor ? paths.jobRuns(job.slug, { state, cursor: nextCursor }) : null}
        nextWord="Older"
        words="Newest first"
      />
      <LookAgain changing={rows.some(({ run }) => !isEnded(run))} />
    </>
  );
}
