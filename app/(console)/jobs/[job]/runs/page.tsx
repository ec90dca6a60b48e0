import type { Metadata } from "next";
import { RunFilters } from "@/components/runs/run-filters";
import { NoRuns, RunTable, SearchedTo } from "@/components/runs/run-table";
import { LookAgain } from "@/components/shell/look-again";
import { PageHeader } from "@/components/shell/page-header";
import { Pager } from "@/components/ui/pager";
import { isEnded } from "@/lib/domain/run";
import { getJob } from "@/lib/jobs/get-job";
import { paths } from "@/lib/paths";
import { listRuns } from "@/lib/runs/list-runs";
import { readRunSearch } from "@/lib/runs/run-search";
import { ask } from "../../../ask";
import { readRunAddress } from "../../../runs/run-address";
import { viewerZone } from "../../../viewer-zone";

export const metadata: Metadata = { title: "Runs" };

type RunsPageProps = { params: Promise<{ job: string }>; searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function RunsPage({ params, searchParams }: RunsPageProps) {
  const { job: slug } = await params;
  const { cursor, job: _job, ...search } = readRunAddress(await searchParams);
  const { wanted, faults } = readRunSearch(search, await viewerZone());
  const { job, rows, nextCursor, searchedTo } = await ask(paths.jobRuns(slug, { ...search, cursor }), async (actor) => {
    const [page, runs] = await Promise.all([
      getJob({ actor, slug }),
      faults.length > 0 ? { rows: [], nextCursor: null, searchedTo: null } : listRuns({ actor, ...wanted, slug, cursor }),
    ]);
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
      <RunFilters slug={job.slug} search={search} />
      {rows.length > 0 ? (
        <RunTable rows={rows} timeZone={job.timeZone} label={`Runs of ${job.name}`} />
      ) : (
        <NoRuns
          sentences={faults.map(({ sentence }) => sentence)}
          all={paths.jobRuns(job.slug)}
          filtered={Object.values(search).some(Boolean)}
        />
      )}
      <Pager
        first={cursor ? paths.jobRuns(job.slug, search) : null}
        next={nextCursor ? paths.jobRuns(job.slug, { ...search, cursor: nextCursor }) : null}
        nextWord="Older"
        words={searchedTo ? <SearchedTo at={searchedTo} /> : "Newest first, 50 to a page"}
      />
      <LookAgain changing={!cursor && rows.some(({ run }) => !isEnded(run))} />
    </>
  );
}
