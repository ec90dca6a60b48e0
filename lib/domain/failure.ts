import { describeMemory } from "./fargate";
import { launchCauses } from "./launch-causes";
import type { Cause, CauseKind, RunContainer } from "./run";
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
};

/** The facts, read once: the job's own container, and everything that AWS said in one text. */
type Told = StopFacts & { main: RunContainer | null; exitCode: number | null; words: string };

type Explained = { kind: CauseKind; headline: string; nextStep: string };

/**
 * Why a task ended as it did; null when it ended well.
 * Read in AWS's order: the stop code, then the stopped reason with the containers' reasons, then the exit code.
 * What nothing here recognises is said to be unknown, with AWS's own words beside it.
 */
export function explainStop(facts: StopFacts): Cause | null {
  if (isSuccess(facts)) return null;
  const main = mainContainerOf(facts);
  const awsWords = [facts.stoppedReason, ...ownContainers(facts.containers).map((container) => container.reason)].filter(
    (words, index, all): words is string => Boolean(words) && all.indexOf(words) === index,
  );
  const told: Told = { ...facts, main, exitCode: main?.exitCode ?? null, words: awsWords.join("\n") };
  const explained = byOutside(told) ?? byMemory(told) ?? byStart(told) ?? byExitCode(told) ?? unknown(told);
  return { ...explained, evidence: evidenceOf(told), awsWords };
}

/** Ended by somebody or something outside the container (ECS API, Task.stopCode). */
function byOutside(told: Told): Explained | null {
  const { stopCode, words } = told;
  if (stopCode === "SpotInterruption" || /spot task was interrupted/i.test(words))
    return {
      kind: "spot-interruption",
      headline: "Interrupted: AWS took the Spot capacity back",
      nextStep: "Run it again. If this job must not be interrupted, let it run on on-demand Fargate.",
    };
  if (
    stopCode === "TerminationNotice" ||
    stopCode === "InfrastructureHealth" ||
    /performing maintenance|scheduled for retirement/i.test(words)
  )
    return {
      kind: "maintenance",
      headline: "Stopped by AWS: maintenance of the machine below",
      nextStep: "Run it again: AWS does not start a job's task anew by itself. Shorter runs are hit less often.",
    };
  if (
    stopCode === "ServiceSchedulerInitiated" ||
    /scaling activity initiated by|failed elb health checks|host ec2 .*terminated/i.test(words)
  )
    return {
      kind: "stopped-by-service",
      headline: "Stopped by an ECS service or its cluster",
      nextStep: "Look at who else starts tasks in this cluster: a job's task belongs to no service.",
    };
  if (stopCode === "UserInitiated" || /^task stopped by user/im.test(words))
    return told.stopRequestedBy
      ? {
          kind: "stopped-by-person",
          headline: `Stopped by ${told.stopRequestedBy}`,
          nextStep: "Run it again if it should have ended by itself.",
        }
      : {
          kind: "stopped-by-person",
          headline: "Stopped by hand in AWS, not through Belfry",
          nextStep: "CloudTrail's StopTask entry says who did it. Run it again if it should have ended by itself.",
        };
  return null;
}

function byMemory(told: Told): Explained | null {
  if (!outOfMemoryWords.test(`${told.stoppedReason ?? ""}\n${told.main?.reason ?? ""}`)) return null;
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
  return headline.startsWith("The image") && name ? `${headline}: ${name}` : headline;
}

const readLog = "Read the last lines of the log.";

/** Exit codes as shells and Linux use them: 128 and a signal's number for a program that a signal ended. */
const exitCauses: Record<number, Explained> = {
  2: {
    kind: "exit-code",
    headline: "The program failed with exit code 2",
    nextStep: `${readLog} Shells use 2 for a wrong call: check the command's arguments.`,
  },
  126: {
    kind: "command-not-executable",
    headline: "The command could not be executed (exit code 126)",
    nextStep: "Check that the file has the executable bit, and that it is built for this CPU.",
  },
  127: {
    kind: "command-not-found",
    headline: "The command was not found (exit code 127)",
    nextStep: "Check the command and the entry point for a typing error, and that the image has the program on its path.",
  },
  130: {
    kind: "interrupted",
    headline: "Interrupted (exit code 130, SIGINT)",
    nextStep: `${readLog} Something in the container sent the signal.`,
  },
  134: {
    kind: "aborted",
    headline: "The program aborted itself (exit code 134, SIGABRT)",
    nextStep: `${readLog} A failed assertion or a runtime's panic writes its reason there.`,
  },
  137: {
    kind: "killed",
    headline: "Killed (exit code 137, SIGKILL), without AWS saying why",
    nextStep: "Usually this is memory: look at the memory that the job used and give it more. Else something in the container killed it.",
  },
  139: {
    kind: "segmentation-fault",
    headline: "The program crashed (exit code 139, segmentation fault)",
    nextStep: `${readLog} A native library, or an image for another CPU, is the usual reason.`,
  },
  143: {
    kind: "terminated",
    headline: "Ended by a request to stop (exit code 143, SIGTERM)",
    nextStep: "AWS does not name who asked. Run it again if it should have ended by itself.",
  },
  255: {
    kind: "exit-code",
    headline: "The program or its runtime died without a proper exit code (255)",
    nextStep: `${readLog} If there are none, check that the image is built for this CPU.`,
  },
};

const signalNames: Record<number, string> = {
  1: "SIGHUP",
  3: "SIGQUIT",
  4: "SIGILL",
  5: "SIGTRAP",
  7: "SIGBUS",
  8: "SIGFPE",
  10: "SIGUSR1",
  12: "SIGUSR2",
  13: "SIGPIPE",
  14: "SIGALRM",
  24: "SIGXCPU",
  25: "SIGXFSZ",
  31: "SIGSYS",
};

function byExitCode({ exitCode }: Told): Explained | null {
  if (exitCode === null || exitCode === 0) return null;
  const known = exitCauses[exitCode];
  if (known) return known;
  if (exitCode > 128 && exitCode <= 128 + 64) {
    const signal = exitCode - 128;
    return {
      kind: "killed",
      headline: `Ended by ${signalNames[signal] ?? `signal ${signal}`} (exit code ${exitCode})`,
      nextStep: `${readLog} Exit codes above 128 stand for a signal, here number ${signal}; a program may also use them for its own.`,
    };
  }
  return { kind: "exit-code", headline: `The program failed with exit code ${exitCode}`, nextStep: readLog };
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

function evidenceOf({ main, mainContainer, exitCode, stopCode, startedAt, stoppedAt, memory }: Told): string[] {
  const name = main?.name ?? mainContainer;
  const evidence = [exitCode === null ? `Container ${name}: no exit code` : `Container ${name}: exit code ${exitCode}`];
  if (stopCode) evidence.push(`Stop code: ${stopCode}`);
  if (exitCode === 137 && (stopCode === "UserInitiated" || stopCode === "SpotInterruption"))
    evidence.push("It still ran when its stop timeout ended, and was killed");
  if (!startedAt) evidence.push("It never ran: ECS has no start time");
  else if (stoppedAt) evidence.push(`It ran for ${describeDuration(stoppedAt.getTime() - startedAt.getTime())}`);
  if (memory && outOfMemoryWords.test(main?.reason ?? "")) evidence.push(`Memory of the task: ${describeMemory(memory)}`);
  return evidence;
}

function describeDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** Why AWS refused to start a run at all, from the error of RunTask or of the Scheduler's dead letter. */
export function explainLaunchError({ awsCode, awsMessage }: { awsCode: string; awsMessage: string }): Cause {
  const words = `${awsCode}: ${awsMessage}`;
  const cause = launchCauses.find(({ says }) => says.every((pattern) => pattern.test(words)));
  return {
    kind: cause?.kind ?? "start-refused",
    headline: cause?.headline ?? "AWS refused to start it, for a reason that Belfry does not know",
    nextStep: cause?.nextStep ?? "Read AWS's own words, change what they name, and run it again.",
    evidence: ["No task was started", ...(awsCode ? [`Error: ${awsCode}`] : [])],
    awsWords: [awsMessage || awsCode].filter(Boolean),
  };
}
