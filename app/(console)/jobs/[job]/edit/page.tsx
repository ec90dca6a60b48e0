import type { Metadata } from "next";
import { toDraft } from "@/components/jobs/job-draft";
import { JobForm } from "@/components/jobs/job-form";
import { PageHeader } from "@/components/shell/page-header";
import { getJob } from "@/lib/jobs/get-job";
import { listJobs } from "@/lib/jobs/list-jobs";
import { paths } from "@/lib/paths";
import { timeZones } from "@/lib/schedule/time-zone";
import { ask } from "../../../ask";
import { reasonNotTo } from "../../../reason-not-to";
import { previewJobAction, saveJobAction } from "../../actions";

export const metadata: Metadata = { title: "Edit job" };

export default async function EditJobPage({ params }: { params: Promise<{ job: string }> }) {
  const { job: slug } = await params;
  const { job, applications, reason } = await ask(paths.editJob(slug), async (actor) => {
    const [page, list] = await Promise.all([getJob({ actor, slug }), listJobs({ actor, limit: 1 })]);
    return { job: page.job, applications: list.applications, reason: reasonNotTo(actor, "edit jobs") };
  });
  return (
    <>
      <PageHeader
        title={`Edit ${job.name}`}
        crumbs={[
          { name: "Jobs", path: paths.jobs() },
          { name: job.name, path: paths.job(job.slug) },
        ]}
      />
      <JobForm
        initial={toDraft(job)}
        editing={{ slug: job.slug, generation: job.generation }}
        timeZones={timeZones()}
        applications={applications}
        save={saveJobAction}
        preview={previewJobAction}
        reason={reason}
      />
    </>
  );
}
