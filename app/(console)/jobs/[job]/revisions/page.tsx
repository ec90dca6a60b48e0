import type { Metadata } from "next";
import { RevisionTable } from "@/components/jobs/revision-table";
import { PageHeader } from "@/components/shell/page-header";
import { Pager } from "@/components/ui/pager";
import { listRevisions } from "@/lib/jobs/list-revisions";
import { paths } from "@/lib/paths";
import { ask } from "../../../ask";

export const metadata: Metadata = { title: "Revisions" };

type RevisionsPageProps = { params: Promise<{ job: string }>; searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function RevisionsPage({ params, searchParams }: RevisionsPageProps) {
  const [{ job: slug }, search] = await Promise.all([params, searchParams]);
  const cursor = typeof search.cursor === "string" ? search.cursor : undefined;
  const { job, rows, nextCursor, total } = await ask(paths.jobRevisions(slug, { cursor }), (actor) =>
    listRevisions({ actor, slug, cursor }),
  );
  return (
    <>
      <PageHeader
        title="Revisions"
        crumbs={[
          { name: "Jobs", path: paths.jobs() },
          { name: job.name, path: paths.job(job.slug) },
        ]}
        lead="Every form in which this job was saved."
      />
      <RevisionTable revisions={rows} />
      <Pager
        first={cursor ? paths.jobRevisions(slug) : null}
        next={nextCursor ? paths.jobRevisions(slug, { cursor: nextCursor }) : null}
        nextWord="Older"
        words={`${rows.length.toLocaleString("en-US")} of ${total.toLocaleString("en-US")}, newest first`}
      />
    </>
  );
}
