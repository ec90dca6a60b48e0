import type { Metadata } from "next";
import { RunFilters } from "@/components/runs/run-filters";
import { NoRuns, RunTable, SearchedTo } from "@/components/runs/run-table";
import { LookAgain } from "@/components/shell/look-again";
import { PageHeader } from "@/components/shell/page-header";
import { Pager } from "@/components/ui/pager";
import { NotFound } from "@/lib/domain/errors";
import { isEnded } from "@/lib/domain/run";
import { paths } from "@/lib/paths";
import { listRuns } from "@/lib/runs/list-runs";
import { readRunSearch } from "@/lib/runs/run-search";
import { ask } from "../ask";
import { viewerZone } from "../viewer-zone";
import { readRunAddress } from "./run-address";

export const metadata: Metadata = { title: "Runs" };

type RunsPageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function RunsPage({ searchParams }: RunsPageProps) {
  const { cursor, ...search } = readRunAddress(await searchParams);
  const { wanted, faults } = readRunSearch(search, await viewerZone());
  const { rows, nextCursor, searchedTo, sentences } = await ask(paths.runs({ ...search, cursor }), async (actor) => {
    const nothing = { rows: [], nextCursor: null, searchedTo: null };
    if (faults.length > 0) return { ...nothing, sentences: faults.map(({ sentence }) => sentence) };
    try {
      return { ...(await listRuns({ actor, ...wanted, cursor })), sentences: [] };
    } catch (error) {
      // The page is there; only the job that its address names is not.
      if (error instanceof NotFound) return { ...nothing, sentences: [error.sentence] };
      throw error;
    }
  });
  return (
    <>
      <PageHeader title="Runs" lead="Every run of every job, the latest due first." />
      <RunFilters search={search} />
      {rows.length > 0 ? (
        <RunTable rows={rows} label="Runs of all jobs" withJob />
      ) : (
        <NoRuns sentences={sentences} all={paths.runs()} filtered={Object.values(search).some(Boolean)} />
      )}
      <Pager
        first={cursor ? paths.runs(search) : null}
        next={nextCursor ? paths.runs({ ...search, cursor: nextCursor }) : null}
        nextWord="Older"
        words={searchedTo ? <SearchedTo at={searchedTo} /> : "Newest first, 50 to a page"}
      />
      <LookAgain changing={!cursor && rows.some(({ run }) => !isEnded(run))} />
    </>
  );
}
