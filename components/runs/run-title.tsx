import { FailureCard } from "@/components/runs/failure-card";
import { cn } from "@/components/ui/cn";
import { Shape, toneText } from "@/components/ui/shape";
import { LengthText, TimeText } from "@/components/ui/time-text";
import type { LaunchError, Run } from "@/lib/domain/run";
import { runHeadline } from "./run-headline";
import { runStateLook } from "./run-state-badge";

/** The run in one sentence, with its mark. */
export function RunTitle({ run }: { run: Run }) {
  const { shape, tone } = runStateLook[run.state];
  return (
    <span className="flex items-start gap-2.5">
      <Shape shape={shape} tone={tone} className="mt-1.5" />
      <span className="min-w-0">
        <span className={cn(tone === "busy" && toneText.busy)}>{runHeadline(run) ?? <GoingOn run={run} />}</span>
        {run.duplicateOfId ? (
          <span className="block font-normal text-ink-2 text-sm">AWS started a second task for the same moment</span>
        ) : null}
      </span>
    </span>
  );
}

function GoingOn({ run }: { run: Run }) {
  if (run.stopRequestedAt) return <>Being stopped for {run.stopRequestedBy ?? "somebody"}</>;
  if (run.state === "running")
    return (
      <>
        Running for <LengthText from={run.startedAt ?? run.dueAt} />
      </>
    );
  if (run.state === "requested" && run.launchedAt) return <>AWS is asked to start it</>;
  if (run.state === "requested")
    return run.launchRetryAt ? (
      <>
        AWS has not taken the start yet: it is asked again <TimeText at={run.launchRetryAt} form="countdown" />
      </>
    ) : (
      <>Asked for: the worker starts it in a moment</>
    );
  return run.phases.pullStartedAt && !run.phases.pullStoppedAt ? (
    <>Starting: pulling the image</>
  ) : (
    <>Starting: AWS is making a place for it</>
  );
}

/** A start that AWS refused, in the form of every other failure. */
export function LaunchRefusal({ error }: { error: LaunchError }) {
  return (
    <FailureCard
      state="failed"
      cause={{
        kind: "start-refused",
        headline: error.sentence,
        evidence: [],
        awsWords: [`${error.awsCode}: ${error.awsMessage}`],
        nextStep: "Put right what AWS names, then run it again.",
      }}
    />
  );
}
