/** The life of a run, in the order in which it can be seen. */
export const runStates = ["requested", "starting", "running", "succeeded", "failed", "stopped", "skipped", "missed", "lost"] as const;
export type RunState = (typeof runStates)[number];

export type RunTrigger = "schedule" | "person" | "repeat" | "outside";

/** ECS's own moments, as ISO strings, only those that were reported (ECS API, Task). */
export type RunPhases = Partial<
  Record<
    "createdAt" | "connectivityAt" | "pullStartedAt" | "pullStoppedAt" | "startedAt" | "stoppingAt" | "executionStoppedAt" | "stoppedAt",
    string
  >
> & { lastStatus?: string; desiredStatus?: string };

/** One container as ECS told of it. `exitCode` null: it never ran, or ECS does not know; never read it as 0. */
export type RunContainer = {
  name: string;
  lastStatus: string | null;
  exitCode: number | null;
  reason: string | null;
  image: string | null;
  imageDigest: string | null;
};

/** Why a run ended as it did, for people. */
export type Cause = {
  kind: CauseKind;
  headline: string;
  evidence: string[];
  /** AWS's own words, verbatim. */
  awsWords: string[];
  nextStep: string;
};

/** Why a run ended as it did: a closed list. docs/failures.md has a section for each. */
export const causeKinds = [
  "exit-code",
  "out-of-memory",
  "heap-exhausted",
  "killed",
  "stop-timeout",
  "terminated",
  "interrupted",
  "aborted",
  "segmentation-fault",
  "command-not-found",
  "command-not-executable",
  "container-not-started",
  "health-check",
  "image-not-found",
  "image-not-allowed",
  "image-unreachable",
  "image-rate-limited",
  "image-architecture",
  "image-not-pulled",
  "secret-not-found",
  "secret-key",
  "parameter-not-found",
  "secret-not-allowed",
  "secret-unreachable",
  "log-group-missing",
  "log-not-allowed",
  "log-unreachable",
  "log-driver",
  "network-interface",
  "subnet-full",
  "network",
  "disk",
  "disk-timeout",
  "capacity",
  "quota",
  "throttled",
  "placement",
  "spot-interruption",
  "maintenance",
  "stopped-by-person",
  "stopped-by-service",
  "role-not-assumable",
  "pass-role-refused",
  "tagging-refused",
  "start-not-allowed",
  "cluster-missing",
  "revision-inactive",
  "container-name",
  "start-refused",
  "never-started",
  "missed",
  "lost",
  "aws-internal",
  "unknown",
] as const;
export type CauseKind = (typeof causeKinds)[number];

/** Why a start asked for by a person was refused by AWS for good. */
export type LaunchError = { sentence: string; awsCode: string; awsMessage: string; at: string };

/** What a requested run shall start: pinned at the moment it was asked for. */
export type WantedRun = {
  taskDefinitionArn: string | null;
  jobGeneration: number;
  command: string[] | null;
  environment: { name: string; value: string }[] | null;
  cpu: number;
  memory: number;
};

/** What the task was started with beside its definition, as ECS reports it (ECS API, TaskOverride). */
export type RunOverrides = {
  containerOverrides?: { name?: string; command?: string[]; environment?: { name: string; value: string }[] }[];
  cpu?: string;
  memory?: string;
};

/** A run as every list and page sees it. */
export type Run = {
  id: string;
  environmentId: string;
  jobId: string;
  trigger: RunTrigger;
  scheduledAt: Date | null;
  dueAt: Date;
  requestedAt: Date | null;
  requestedBy: string | null;
  repeatOfId: string | null;
  wanted: WantedRun | null;
  stopRequestedAt: Date | null;
  stopRequestedBy: string | null;
  launchedAt: Date | null;
  /** AWS did not take the start when it was last asked, and is asked again then. Null where it was not asked, or took it. */
  launchRetryAt: Date | null;
  launchError: LaunchError | null;
  state: RunState;
  taskArn: string | null;
  taskVersion: number;
  taskDefinitionArn: string | null;
  jobGeneration: number | null;
  attempt: number | null;
  duplicateOfId: string | null;
  phases: RunPhases;
  startedAt: Date | null;
  stoppedAt: Date | null;
  exitCode: number | null;
  stopCode: string | null;
  stoppedReason: string | null;
  containers: RunContainer[];
  cause: Cause | null;
  cpu: number | null;
  memory: number | null;
  overrides: RunOverrides | null;
  logGroup: string | null;
  logStream: string | null;
  logTail: LogLine[] | null;
  seenAt: Date | null;
  /** How Belfry came to know it: ECS told it, a sweep looked, a dead letter said it, or the calendar promised it. */
  source: "event" | "sweep" | "dead-letter" | "calendar" | null;
};

/** One line of a log: epoch milliseconds as CloudWatch keeps them. */
export type LogLine = { at: number; text: string };

/** A run that will not change any more. */
export function isEnded(run: Pick<Run, "state">): boolean {
  return !["requested", "starting", "running"].includes(run.state);
}

type Allowed = { states: readonly RunState[]; (run: Pick<Run, "state">): boolean };
const allowedIn = (...states: RunState[]): Allowed => Object.assign((run: Pick<Run, "state">) => states.includes(run.state), { states });

/** One rule, three readers: the button, its tooltip and the verb. */
export const runCan = {
  stop: allowedIn("requested", "starting", "running"),
  repeat: allowedIn("succeeded", "failed", "stopped", "missed", "lost"),
};

/** As much of a run as a strip or a list needs. */
export type RunSummary = Pick<Run, "id" | "state" | "trigger" | "dueAt" | "startedAt" | "stoppedAt" | "exitCode"> & {
  headline: string | null;
};

/** Whether a text from an address can be a run's id at all. */
export function isRunId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
