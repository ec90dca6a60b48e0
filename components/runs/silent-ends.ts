import type { Cause, RunState } from "@/lib/domain/run";

/** Ends of which AWS tells no reason, because nobody there saw them: what they mean, and what to do. */
export const silentEnds: Partial<Record<RunState, Cause>> = {
  missed: {
    kind: "missed",
    headline: "No task was started at this moment",
    evidence: ["AWS told of no task and of no refused start"],
    awsWords: [],
    nextStep: "See on the job's page whether AWS has its schedule. If the work must not wait for the next moment, press Run now there.",
  },
  lost: {
    kind: "lost",
    headline: "How it ended is not known",
    evidence: ["AWS keeps a stopped task for about an hour, and Belfry looked after that"],
    awsWords: [],
    nextStep: "Read the last lines of the log: they tell how far it came. Then run it again if its work was not finished.",
  },
};
