import { isEnded, type Run } from "@/lib/domain/run";

/** Why there is no line to show (yet), in a sentence. */
export function whyNoLines(run: Pick<Run, "state" | "phases" | "startedAt" | "taskArn" | "logTail">): string {
  if (!isEnded(run)) return whyNotYet(run);
  if (run.taskArn === null) return "No container was started for this run, so there is no log.";
  if (run.startedAt === null && run.state !== "lost") return "The container never started, so it wrote nothing.";
  return "CloudWatch has no log of this run: it was removed or its retention has passed, or the container wrote nothing.";
}

function whyNotYet({ state, phases }: Pick<Run, "state" | "phases">): string {
  if (state === "requested") return "Belfry is asking AWS to start the container.";
  if (state === "running") return "The container runs and has not written a line yet.";
  if (phases.pullStoppedAt) return "The image is here, the container starts.";
  if (phases.pullStartedAt) return "AWS is pulling the image.";
  if (phases.lastStatus === "PROVISIONING") return "AWS is preparing the network of the container.";
  return "AWS is preparing the container.";
}
