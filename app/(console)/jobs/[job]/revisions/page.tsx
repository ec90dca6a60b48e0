import type { Metadata } from "next";
import { RevisionTable } from "@/components/jobs/revision-table";
import { PageHeader } from "@/components/shell/page-header";
import { getJob } from "@/lib/jobs/get-job";
import { paths } from "@/lib/paths";
import { ask } from "../../../ask";

export const metadata: Metadata = { title: "Revisions" };

export default async function RevisionsPage({ params }: { params: Promise<{ job: string }> }) {
  const { job: slug } = await params;
  const { job, revisions } = await ask(paths.jobRevisions(slug), (actor) => getJob({ actor, slug }));
  return (
    <>
      <PageHeader
        title="Revisions"
        crumbs={[
          { name: "Jobs", path: paths.jobs() },
          { name: job.name, path: paths.job(job.slug) },
        ]}
        lead="Every form in which this job was saved, newest first; the last twenty."
      />
      <RevisionTable revisions={revisions} />
    </>
  );
}
