import { RotateCw } from "lucide-react";
import Link from "next/link";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { Fold } from "@/components/ui/fold";
import { Shape } from "@/components/ui/shape";
import { TimeText } from "@/components/ui/time-text";
import { Verbatim } from "@/components/ui/verbatim";
import type { Job, SyncError } from "@/lib/domain/job";
import { paths } from "@/lib/paths";
import { syncLook } from "./job-condition";

/** Why AWS does not follow: the sentence, whether it is tried again, and AWS's own words folded below. */
export function SyncRefusal({ job, error, mayEdit }: { job: Pick<Job, "slug" | "retryAt">; error: SyncError; mayEdit: boolean }) {
  const look = syncLook[error.passing ? "trying-again" : "refused"];
  return (
    <section
      aria-label="What AWS says"
      className={cn("mb-4 rounded-lg border border-line border-l-2 bg-surface p-4", error.passing ? "border-l-warn" : "border-l-bad")}
    >
      <div className="flex gap-2.5">
        <Shape shape={look.shape} tone={look.tone} className="mt-1" />
        <div className="min-w-0 flex-1">
          <h2 className="break-words font-medium text-base text-ink">{error.sentence}</h2>
          <p className="mt-1 text-ink-2 text-sm">
            {error.passing ? (
              <span className="inline-flex items-center gap-1.5">
                <RotateCw aria-hidden className="size-3.5 text-ink-3" strokeWidth={1.5} />
                Belfry goes on trying
                {job.retryAt ? (
                  <>
                    ; the next try comes <TimeText at={job.retryAt} form="countdown" />
                  </>
                ) : null}
                . Nothing needs to be done.
              </span>
            ) : (
              <>
                What is saved is not what AWS does, until this is put right: AWS goes on with what it had before. Seen{" "}
                <TimeText at={error.at} />.
              </>
            )}
          </p>
          {!error.passing && mayEdit ? (
            <div className="mt-3">
              <Button asChild size="small">
                <Link href={`${paths.editJob(job.slug)}${error.field ? `#${error.field.replaceAll(".", "-")}` : ""}`}>Edit the job</Link>
              </Button>
            </div>
          ) : null}
          <div className="mt-3">
            <Fold summary="AWS's own words">
              <Verbatim text={`${error.awsCode}: ${error.awsMessage}`} what="AWS's own words" />
            </Fold>
          </div>
        </div>
      </div>
    </section>
  );
}
