import Link from "next/link";
import type { ReactNode } from "react";
import { CopyText } from "@/components/ui/copy-text";
import { formatLength } from "@/components/ui/moments";
import { LengthText, TimeText } from "@/components/ui/time-text";
import { describeCpu, describeMemory } from "@/lib/domain/fargate";
import type { Job } from "@/lib/domain/job";
import type { Run } from "@/lib/domain/run";
import { paths } from "@/lib/paths";
import type { RunPage } from "@/lib/runs/get-run";

type RunFactsProps = { run: Run; job: Job; usualSeconds: number | null; duplicates: RunPage["duplicates"] };

/** What else is known of a run, in one calm block; every id copies on click. */
export function RunFacts({ run, job, usualSeconds, duplicates }: RunFactsProps) {
  const main = run.containers.find((container) => container.name === "main");
  return (
    <dl className="mt-4 grid grid-cols-1 gap-x-6 gap-y-3 border-line border-t pt-3 text-sm xs:grid-cols-2 md:grid-cols-3 xl:grid-cols-5">
      <Fact name="Took">
        {run.startedAt ? <LengthText from={run.startedAt} to={run.stoppedAt} /> : "Never ran"}
        {usualSeconds !== null ? <span className="text-ink-3">{`, usually ${formatLength(usualSeconds * 1000)}`}</span> : null}
      </Fact>
      <Fact name="Exit code">
        {run.exitCode === null ? (
          <span className="text-ink-3">{run.stoppedAt ? "AWS told none" : "Not ended"}</span>
        ) : (
          <span className="mono">{run.exitCode}</span>
        )}
      </Fact>
      <Fact name="Started">
        {run.startedAt ? <TimeText at={run.startedAt} form="full" timeZone={job.timeZone} /> : <span className="text-ink-3">Not yet</span>}
      </Fact>
      <Fact name="Ended">
        {run.stoppedAt ? <TimeText at={run.stoppedAt} form="full" timeZone={job.timeZone} /> : <span className="text-ink-3">Not yet</span>}
      </Fact>
      <Fact name="Seen">
        {run.seenAt ? (
          <>
            <TimeText at={run.seenAt} timeZone={job.timeZone} />
            <span className="text-ink-3">{run.source === "sweep" ? ", by looking" : ", by event"}</span>
          </>
        ) : (
          <span className="text-ink-3">Not in AWS yet</span>
        )}
      </Fact>
      <Fact name="Run">
        <CopyText text={run.id} what="the run's id" />
      </Fact>
      {run.taskArn ? (
        <Fact name="Task">
          <CopyText text={run.taskArn} shown={run.taskArn.split("/").at(-1)} what="the task's ARN" />
        </Fact>
      ) : null}
      {run.taskDefinitionArn ? (
        <Fact name="Task definition">
          <CopyText text={run.taskDefinitionArn} shown={run.taskDefinitionArn.split("/").at(-1)} what="the task definition's ARN" />
        </Fact>
      ) : null}
      {main?.image ? (
        <Fact name="Image">
          <CopyText text={main.imageDigest ? `${main.image}@${main.imageDigest}` : main.image} shown={main.image} what="the image" />
        </Fact>
      ) : null}
      {run.cpu !== null && run.memory !== null ? <Fact name="Size">{`${describeCpu(run.cpu)}, ${describeMemory(run.memory)}`}</Fact> : null}
      {run.attempt !== null && run.attempt > 1 ? <Fact name="Try">{`${run.attempt}: AWS could not start it before`}</Fact> : null}
      {run.repeatOfId ? (
        <Fact name="Repeats">
          <Link
            href={paths.run(job.slug, run.repeatOfId)}
            className="rounded-sm underline decoration-ink-3 underline-offset-2 hover:decoration-ink"
          >
            an earlier run
          </Link>
        </Fact>
      ) : null}
      {duplicates.length > 0 ? (
        <Fact name="Started twice">
          {duplicates.map(({ id }, index) => (
            <Link
              key={id}
              href={paths.run(job.slug, id)}
              className="mr-2 rounded-sm underline decoration-ink-3 underline-offset-2 hover:decoration-ink"
            >
              {duplicates.length === 1 ? "the other task" : `other task ${index + 1}`}
            </Link>
          ))}
        </Fact>
      ) : null}
      {run.duplicateOfId ? (
        <Fact name="Second task of">
          <Link
            href={paths.run(job.slug, run.duplicateOfId)}
            className="rounded-sm underline decoration-ink-3 underline-offset-2 hover:decoration-ink"
          >
            this moment's run
          </Link>
        </Fact>
      ) : null}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="eyebrow">{name}</dt>
      <dd className="min-w-0 truncate text-ink">{children}</dd>
    </div>
  );
}
