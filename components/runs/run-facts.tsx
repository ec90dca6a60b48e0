import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";
import { CopyText } from "@/components/ui/copy-text";
import { Fold } from "@/components/ui/fold";
import { formatLength } from "@/components/ui/moments";
import { RowLink } from "@/components/ui/row-link";
import { toneText } from "@/components/ui/shape";
import { LengthText, TimeText } from "@/components/ui/time-text";
import { describeCpu, describeMemory } from "@/lib/domain/fargate";
import type { Job } from "@/lib/domain/job";
import { isEnded, type Run } from "@/lib/domain/run";
import { paths } from "@/lib/paths";
import type { RunPage } from "@/lib/runs/get-run";
import { startLatenessOf } from "@/lib/schedule/lateness";

type RunFactsProps = { run: Run; job: Job; usualSeconds: number | null; duplicates: RunPage["duplicates"]; duplicateCount: number };

const link = "rounded-sm underline decoration-ink-3 underline-offset-2 hover:decoration-ink";

/** What else is known of a run: the first questions in one row, every id folded below, copied by a click. */
export function RunFacts({ run, job, usualSeconds, duplicates, duplicateCount }: RunFactsProps) {
  const late = startLatenessOf(run.scheduledAt, run.phases.createdAt);
  const hasNeverBeen = run.source === "dead-letter" || run.source === "calendar";
  return (
    <div className="flex flex-col gap-2 border-line not-first:mt-3 not-first:border-t not-first:pt-3">
      <dl className="grid grid-cols-2 gap-x-6 gap-y-2 text-sm md:grid-cols-3 xl:grid-cols-5">
        {late !== null ? (
          <Fact name="Late">
            <span className={cn("font-medium", toneText.warn)}>{formatLength(late)}</span>
            <span className="text-ink-3">{` after its moment${run.attempt !== null && run.attempt > 1 ? `, at try ${run.attempt}` : ""}`}</span>
          </Fact>
        ) : null}
        {hasNeverBeen ? null : <TaskFacts run={run} job={job} usualSeconds={usualSeconds} />}
        {run.source === "dead-letter" && run.stoppedAt ? (
          <Fact name="Given up">
            <TimeText at={run.stoppedAt} form="clock" timeZone={job.timeZone} />
            {run.attempt !== null ? <span className="text-ink-3">{`, after ${tries(run.attempt)}`}</span> : null}
          </Fact>
        ) : null}
        {run.source === "calendar" ? (
          <>
            <Fact name="Task">
              <span className="text-ink-3">None was seen</span>
            </Fact>
            <Fact name="Known from">the job's calendar</Fact>
          </>
        ) : run.state === "lost" ? null : (
          <Fact name="Seen">
            {run.seenAt ? (
              <>
                <TimeText at={run.seenAt} timeZone={job.timeZone} />
                <span className="text-ink-3">{run.source ? seenWords[run.source] : ""}</span>
              </>
            ) : (
              <span className="text-ink-3">{isEnded(run) ? "Never in AWS" : "Not in AWS yet"}</span>
            )}
          </Fact>
        )}
        {run.taskArn && late === null && run.attempt !== null && run.attempt > 1 ? (
          <Fact name="Try">{`${run.attempt}: AWS could not start it before`}</Fact>
        ) : null}
        {run.repeatOfId ? (
          <Fact name="Repeats">
            <RowLink href={paths.run(job.slug, run.repeatOfId)} className={link}>
              an earlier run
            </RowLink>
          </Fact>
        ) : null}
        {duplicates.length > 0 ? (
          <Fact name="Started twice">
            {duplicates.map(({ id }, index) => (
              <RowLink key={id} href={paths.run(job.slug, id)} className={`${link} mr-2`}>
                {duplicates.length === 1 ? "the other task" : `other task ${index + 1}`}
              </RowLink>
            ))}
            {duplicateCount > duplicates.length ? `and ${(duplicateCount - duplicates.length).toLocaleString("en-US")} more` : null}
          </Fact>
        ) : null}
        {run.duplicateOfId ? (
          <Fact name="Second task of">
            <RowLink href={paths.run(job.slug, run.duplicateOfId)} className={link}>
              this moment's run
            </RowLink>
          </Fact>
        ) : null}
      </dl>
      <Fold summary="Image, size and ids">
        <RunIds run={run} />
      </Fold>
    </div>
  );
}

const seenWords: Record<NonNullable<Run["source"]>, string> = {
  event: ", by event",
  sweep: ", by looking",
  "dead-letter": ", in the dead letters",
  calendar: "",
};

const tries = (count: number): string => (count === 1 ? "one try" : `${count} tries`);

/** What only a run that had a task, or may still get one, can tell. */
function TaskFacts({ run, job, usualSeconds }: Pick<RunFactsProps, "run" | "job" | "usualSeconds">) {
  return (
    <>
      <Fact name={isEnded(run) ? "Took" : "So far"}>
        <Took run={run} />
        {usualSeconds !== null ? <span className="text-ink-3">{`, usually ${formatLength(usualSeconds * 1000)}`}</span> : null}
      </Fact>
      <Fact name="Exit code">
        {run.exitCode === null ? <span className="text-ink-3">{isEnded(run) ? "None was told" : "Not ended"}</span> : run.exitCode}
      </Fact>
      <Fact name="Started">
        {run.startedAt ? (
          <TimeText at={run.startedAt} form="clock" timeZone={job.timeZone} />
        ) : (
          <span className="text-ink-3">{isEnded(run) ? "Never" : "Not yet"}</span>
        )}
      </Fact>
      <Fact name={run.state === "lost" ? "Given up" : "Ended"}>
        {run.stoppedAt ? (
          <>
            <TimeText at={run.stoppedAt} form="clock" timeZone={job.timeZone} />
            <span className="text-ink-3">{run.state === "lost" ? ", by looking" : ""}</span>
          </>
        ) : (
          <span className="text-ink-3">{isEnded(run) ? "Not known" : "Not yet"}</span>
        )}
      </Fact>
    </>
  );
}

function Took({ run }: { run: Run }) {
  if (run.state === "lost") return <span className="text-ink-3">Not known</span>;
  if (run.startedAt && (run.stoppedAt || !isEnded(run))) return <LengthText from={run.startedAt} to={run.stoppedAt} />;
  if (!isEnded(run)) return <span className="text-ink-3">Not started</span>;
  return <span className="text-ink-3">{run.startedAt ? "Not known" : "Never ran"}</span>;
}

function RunIds({ run }: { run: Run }) {
  const main = run.containers.find((container) => container.name === "main");
  return (
    <dl className="grid gap-x-6 gap-y-2 text-sm md:grid-cols-2">
      <Fact name="Run">
        <CopyText text={run.id} what="the run's id" wrap />
      </Fact>
      {run.taskArn ? (
        <Fact name="Task">
          <CopyText text={run.taskArn} what="the task's ARN" wrap />
        </Fact>
      ) : null}
      {run.taskDefinitionArn ? (
        <Fact name="Task definition">
          <CopyText text={run.taskDefinitionArn} what="the task definition's ARN" wrap />
        </Fact>
      ) : null}
      {main?.image ? (
        <Fact name="Image">
          <CopyText text={main.imageDigest ? `${main.image}@${main.imageDigest}` : main.image} what="the image" wrap />
        </Fact>
      ) : null}
      {run.logStream ? (
        <Fact name="Log stream">
          <CopyText text={run.logStream} what="the log stream" wrap />
        </Fact>
      ) : null}
      {run.cpu !== null && run.memory !== null ? <Fact name="Size">{`${describeCpu(run.cpu)}, ${describeMemory(run.memory)}`}</Fact> : null}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="eyebrow">{name}</dt>
      <dd className="min-w-0 text-ink">{children}</dd>
    </div>
  );
}
