import type { Metadata } from "next";
import { cookies } from "next/headers";
import { JobForm } from "@/components/jobs/job-form";
import { exampleDraft, newDraft } from "@/components/jobs/new-draft";
import { PageHeader } from "@/components/shell/page-header";
import { zoneCookie } from "@/components/ui/zone-cookie";
import { listJobs } from "@/lib/jobs/list-jobs";
import { paths } from "@/lib/paths";
import { isTimeZone, timeZones } from "@/lib/schedule/time-zone";
import { ask } from "../../ask";
import { reasonNotTo } from "../../reason-not-to";
import { previewJobAction, saveJobAction } from "../actions";

export const metadata: Metadata = { title: "New job" };

export default async function NewJobPage() {
  const { reason, applications } = await ask(paths.newJob(), async (actor) => ({
    reason: reasonNotTo(actor, "edit jobs"),
    applications: (await listJobs({ actor, limit: 1 })).applications,
  }));
  const kept = (await cookies()).get(zoneCookie)?.value;
  const zone = kept && isTimeZone(kept) ? kept : "UTC";
  return (
    <>
      <PageHeader title="New job" crumbs={[{ name: "Jobs", path: paths.jobs() }]} />
      <JobForm
        initial={newDraft(zone)}
        example={exampleDraft(zone)}
        editing={null}
        timeZones={timeZones()}
        applications={applications}
        save={saveJobAction}
        preview={previewJobAction}
        reason={reason}
      />
    </>
  );
}
