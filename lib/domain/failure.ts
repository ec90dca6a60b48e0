import { type Explained, explainExitCode } from "./exit-causes";
import { describeMemory } from "./fargate";
import { launchCauses } from "./launch-causes";
import { visibleText } from "./plain-line";
import type { Cause, CauseKind, LogLine, RunContainer, RunPhases } from "./run";
import { isSuccess, mainContainerOf, outOfMemoryWords, ownContainers } from "./run-state";
import { startCauses } from "./start-causes";

/** What is known of a task that stopped. `stopRequestedBy`: the person who asked Belfry for it; `memory` in MiB. */
export type StopFacts = {
  stopCode: string | null;
  stoppedReason: string | null;
  containers: RunContainer[];
  mainContainer: string;
  stopRequestedBy: string | null;
  startedAt: Date | null;
  stoppedAt: Date | null;
  memory: number | null;
  image: string | null;
  /** ECS's own moments, for how long what took. */
  phases?: RunPhases;
};

/** The facts, read once: the job's own container, and everything that AWS said in one text. */
type Told = StopFacts & { main: RunContainer | null; exitCode: number | null; words: string };

/** AWS's longest reason has 1,024 characters; what is much longer is somebody else's text, and only its beginning is kept. */
const longestWords = 16_384;
/** Fargate waits so long between SIGTERM and SIGKILL where the definition does not say otherwise (ECS API, stopTimeout). */
const stopTimeoutSeconds = 30;

/**
 * Why a task ended as it did; null when it ended well.
 * Read in AWS's order: the stop code, then the stopped reason with the containers' reasons, then the exit code.
 * What nothing here recognises is said to be unknown, with AWS's own words beside it. Never throws.
 */
export function explainStop(facts: StopFacts): Cause | null {
  if (isSuccess(facts)) return null;
  const main = mainContainerOf(facts);
  const awsWords = [facts.stoppedReason, ...ownContainers(facts.containers).map((container) => container.reason)]
    .filter((words): words is string => Boolean(words))
    .map(bounded)
    .filter((words, index, all) => all.indexOf(words) === index);
  const told: Told = { ...facts, main, exitCode: main?.exitCode ?? null, words: awsWords.join("\n").slice(0, longestWords) };
  const explained = byOutside(told) ?? byMemory(told) ?? byStart(told) ?? explainExitCode(told.exitCode) ?? unknown(told);
  return { ...explained, evidence: evidenceOf(told, explained.kind), awsWords };
}

type Outside = "spot" | "maintenance" | "service" | "person";

const outsideCodes: Record<string, Outside> = {
  SpotInterruption: "spot",
  TerminationNotice: "maintenance",
  InfrastructureHealth: "maintenance",
  ServiceSchedulerInitiated: "service",
  UserInitiated: "person",
};

/** Where the stop code does not say it (older tasks have none), the words do. */
const outsideWords: [RegExp, Outside][] = [
  [/spot task was interrupted/i, "spot"],
  [/performing maintenance|scheduled for retirement/i, "maintenance"],
  [/scaling activity initiated by|failed elb health checks|host ec2 .{0,80}terminated/i, "service"],
  [/^task stopped by user/im, "person"],
];

/** Ended by somebody or something outside the container (ECS API, Task.stopCode). The code counts before anybody's words. */
function byOutside(told: Told): Explained | null {
  const { stopCode, stoppedReason, stopRequestedBy } = told;
  const known = stopCode === null ? undefined : Object.hasOwn(outsideCodes, stopCode) ? outsideCodes[stopCode] : undefined;
  const outside =
    known ??
    (stopCode === "TaskFailedToStart"
      ? undefined
      : outsideWords.find(([says]) => says.test((stoppedReason ?? "").slice(0, longestWords)))?.[1]);
  switch (outside) {
    case "spot":
      return {
        kind: "spot-interruption",
        headline: "Interrupted: AWS took the Spot capacity back",
        nextStep: "Run it again. If this job must not be interrupted, let it run on on-demand Fargate.",
      };
    case "maintenance":
      return {
        kind: "maintenance",
        headline: "Stopped by AWS: maintenance of the machine below",
        nextStep: "Run it again: AWS does not start a job's task anew by itself. Shorter runs are hit less often.",
      };
    case "service":
      return {
        kind: "stopped-by-service",
        headline: "Stopped by an ECS service or its cluster",
        nextStep: "Look at who else starts tasks in this cluster: a job's task belongs to no service.",
      };
    case "person": {
      const by = stopRequestedBy ? `Stopped by ${shortLine(stopRequestedBy, 100)}` : "Stopped by hand in AWS, not through Belfry";
      if (told.exitCode === 137)
        return {
          kind: "stop-timeout",
          headline: `${by}: it did not end when asked to, and was killed`,
          nextStep: `Let the program end within ${stopTimeoutSeconds} s of SIGTERM. A shell hands the signal on only to a command started with exec.`,
        };
      return {
        kind: "stopped-by-person",
        headline: by,
        nextStep: stopRequestedBy
          ? "Run it again if it should have ended by itself."
          : "CloudTrail's StopTask entry says who did it. Run it again if it should have ended by itself.",
      };
    }
    default:
      return null;
  }
}

function byMemory(told: Told): Explained | null {
  if (!outOfMemoryWords.test(`${told.stoppedReason ?? ""}\n${told.main?.reason ?? ""}`.slice(0, longestWords))) return null;
  return {
    kind: "out-of-memory",
    headline: `Ran out of memory: the container was killed${told.memory ? ` at ${describeMemory(told.memory)}` : ""}`,
    nextStep: "Give the job more memory, or let it hold less at a time.",
  };
}

/** What kept the container from starting; also what shows itself in the words of one that ran (exec format error). */
function byStart(told: Told): Explained | null {
  const cause = startCauses.find(({ says }) => says.every((pattern) => pattern.test(told.words)));
  if (cause) return { kind: cause.kind, headline: withImage(cause.headline, told), nextStep: cause.nextStep };
  if (told.stopCode !== "TaskFailedToStart") return null;
  return {
    kind: "never-started",
    headline: "Never started, for a reason that Belfry does not know",
    nextStep: "Read AWS's own words, and run it again: some of these pass by themselves.",
  };
}

function withImage(headline: string, { image, main }: Told): string {
  const name = image ?? main?.image;
  return /^The image (was not found|may|is built|could)/.test(headline) && name ? `${headline}: ${shortLine(name, 200)}` : headline;
}

function unknown(told: Told): Explained {
  const nothing = told.words === "" && told.stopCode === null;
  return {
    kind: "unknown",
    headline:
      told.exitCode === null
        ? "Ended without an exit code, for a reason that Belfry does not know"
        : "Ended for a reason that Belfry does not know",
    nextStep: nothing ? "AWS gave no reason. Read the log, and run it again." : "Read AWS's own words and the log, and run it again.",
  };
}

function evidenceOf(told: Told, kind: CauseKind): string[] {
  const { main, mainContainer, exitCode, stopCode, memory, words } = told;
  const name = shortLine(main?.name ?? mainContainer, 100);
  return [
    exitCode === null ? `Container ${name}: no exit code` : `Container ${name}: exit code ${exitCode}`,
    ...(stopCode ? [`Stop code: ${shortLine(stopCode, 100)}`] : []),
    ...timingsOf(told),
    ...(memory && (kind === "out-of-memory" || (kind === "killed" && exitCode === 137))
      ? [`Memory of the task: ${describeMemory(memory)}`]
      : []),
    ...named(words),
  ];
}

function timingsOf({ startedAt, stoppedAt, phases = {}, stopCode, exitCode }: Told): string[] {
  const ended = momentOf(phases.executionStoppedAt) ?? stoppedAt;
  if (!startedAt) {
    const [taken, given] = [momentOf(phases.createdAt), momentOf(phases.stoppingAt)];
    const waited = taken && given ? given.getTime() - taken.getTime() : 0;
    return ["It never ran: ECS has no start time", ...(waited >= 1000 ? [`ECS tried for ${describeDuration(waited)}`] : [])];
  }
  if (!ended) return [];
  const ranFor = ended.getTime() - startedAt.getTime();
  const timings = [ranFor <= 1000 ? "It ended within a second of its start" : `It ran for ${describeDuration(ranFor)}`];
  if (exitCode === 137 && (stopCode === "UserInitiated" || stopCode === "SpotInterruption" || stopCode === "TerminationNotice"))
    timings.push(`It still ran when its stop timeout of ${stopTimeoutSeconds} s ended (the definition names no other), and was killed`);
  return timings;
}

/** What AWS's words name: the things that a person would look up. At most two. */
function named(words: string): string[] {
  const found = [
    ...[...words.matchAll(/arn:aws[a-z-]{0,20}:secretsmanager:[^:\s]{0,40}:\d{12}:secret:([\w/+=.@!-]{1,512})/g)].map(
      ([, name]) => `Secret: ${name}`,
    ),
    ...[...words.matchAll(/arn:aws[a-z-]{0,20}:ssm:[^:\s]{0,40}:\d{12}:parameter(\/?[\w./-]{1,1011})/g)].map(
      ([, name]) => `Parameter: ${name}`,
    ),
    ...[...words.matchAll(/invalid ssm parameters: ([\w./,-]{1,500})/gi)].map(([, name]) => `Parameter: ${name}`),
    ...[...words.matchAll(/arn:aws[a-z-]{0,20}:iam::\d{12}:role\/([\w+=,.@/-]{1,576})/g)].map(([, name]) => `Role: ${name}`),
    ...[...words.matchAll(/\bsubnet-[0-9a-f]{8,17}\b/g)].map(([id]) => `Subnet: ${id}`),
  ];
  return [...new Set(found.map((fact) => shortLine(fact, 200)))].slice(0, 2);
}

/** Signs in a log of what the exit code alone does not tell. */
const logSigns: { says: RegExp; when: (cause: Cause) => boolean; explained: Explained }[] = [
  {
    says: /exec format error/i,
    when: ({ kind }) => kind === "exit-code" || kind === "command-not-executable",
    explained: {
      kind: "image-architecture",
      headline: "The image is built for another CPU",
      nextStep: "Build the image for the architecture of the job (x86-64 unless it says otherwise), or for both.",
    },
  },
  {
    says: /JavaScript heap out of memory|java\.lang\.OutOfMemoryError|^MemoryError\b|runtime: out of memory/,
    when: ({ kind }) => kind === "exit-code" || kind === "aborted",
    explained: {
      kind: "heap-exhausted",
      headline: "The program reached its own memory limit, below that of the task",
      nextStep: "Raise the runtime's own limit (for Node --max-old-space-size, for Java -Xmx), or give the job more memory.",
    },
  },
];

/** The same cause, or a better one where the last lines of the log tell more than the exit code did. */
export function refineByLog(cause: Cause, tail: Pick<LogLine, "text">[]): Cause {
  for (const { says, when, explained } of logSigns) {
    const line = when(cause) ? tail.find(({ text }) => says.test(text.slice(0, longestWords))) : undefined;
    if (line) return { ...cause, ...explained, evidence: [...cause.evidence, `The log says: ${shortLine(line.text, 200)}`] };
  }
  return cause;
}

/** Why AWS refused to start a run at all, from the error of RunTask or of the Scheduler's dead letter. Never throws. */
export function explainLaunchError({ awsCode, awsMessage }: { awsCode: string; awsMessage: string }): Cause {
  const words = `${awsCode}: ${awsMessage}`.slice(0, longestWords);
  const cause = launchCauses.find(({ says }) => says.every((pattern) => pattern.test(words)));
  return {
    kind: cause?.kind ?? "start-refused",
    headline: cause?.headline ?? "AWS refused to start it, for a reason that Belfry does not know",
    nextStep: cause?.nextStep ?? "Read AWS's own words, change what they name, and run it again.",
    evidence: ["No task was started", ...(awsCode ? [`Error: ${shortLine(awsCode, 100)}`] : []), ...named(words)],
    awsWords: [awsMessage || awsCode].filter(Boolean).map(bounded),
  };
}

function bounded(words: string): string {
  return words.length > longestWords ? `${words.slice(0, longestWords)} … (cut: ${words.length} characters in all)` : words;
}

/** Somebody else's text as a part of a line: nothing in it steers, and it is not long. */
function shortLine(text: string, longest: number): string {
  const line = visibleText(text.slice(0, 4 * longest)).replace(/\s+/g, " ");
  return line.length > longest ? `${line.slice(0, longest - 1).toWellFormed()}…` : line;
}

function momentOf(text: string | undefined): Date | null {
  const at = text === undefined ? null : new Date(text);
  return at && !Number.isNaN(at.getTime()) ? at : null;
}

function describeDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}
