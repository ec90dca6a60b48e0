import type { CauseKind } from "./run";

/** What an end means: the kind, the sentence, and the one thing to do. */
export type Explained = { kind: CauseKind; headline: string; nextStep: string };

const readLog = "Read the last lines of the log.";

/** Exit codes as shells and Linux use them: 128 and a signal's number for a program that a signal ended. */
const known: Record<number, Explained> = {
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

/** What an exit code tells; null for 0 and for none. */
export function explainExitCode(exitCode: number | null): Explained | null {
  if (exitCode === null || exitCode === 0) return null;
  const row = known[exitCode];
  if (row) return row;
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
