import { sumUpJobs } from "@/lib/db/job-summaries";
import { readDeadLetters } from "@/lib/ingest/dead-letter";
import { intake } from "@/lib/ingest/intake";
import { keepLogTail } from "@/lib/ingest/keep-log-tail";
import { noteMissed } from "@/lib/ingest/note-missed";
import { noteRefusedStarts } from "@/lib/ingest/note-refused-starts";
import { pruneHistory } from "@/lib/ingest/prune-history";
import { sweepTasks } from "@/lib/ingest/sweep-tasks";
import { reconcileJobs } from "@/lib/reconcile/reconcile-jobs";
import { reconcileRuns } from "@/lib/reconcile/reconcile-runs";
import { retireRevisions } from "@/lib/reconcile/retire-revisions";
import type { Round } from "./driver";

/** All that the worker does, to be read aloud. */
export const rounds: readonly Round[] = [
  {
    name: "reconcile-jobs",
    why: "Makes the Scheduler match what people wrote down, and puts right what was changed behind our back.",
    // A save nudges it. By itself it costs half a second of a core at 10,000 jobs, and of a core at rest it shall take less than 1 %.
    periodSeconds: 90,
    topics: ["reconcile-jobs"],
    scope: "environment",
    run: (deps, environment, signal, wanted) => reconcileJobs(deps, environment, { signal, wanted }),
  },
  {
    name: "reconcile-runs",
    why: "Starts the runs that people asked for, and stops those that they do not want any more.",
    periodSeconds: 30,
    topics: ["reconcile-runs"],
    scope: "environment",
    run: (deps, environment, signal, wanted) => reconcileRuns(deps, environment, { signal, wanted }),
  },
  {
    name: "intake",
    why: "Takes what ECS tells of tasks from the queue into the history.",
    // It waits up to 20 s for a message by itself.
    periodSeconds: 0,
    topics: [],
    scope: "environment",
    run: (deps, environment, signal) => intake({ deps, environment, signal }),
  },
  {
    name: "sweep-tasks",
    why: "Asks ECS for every task that it still knows, so that a lost event loses no run.",
    periodSeconds: 120,
    topics: [],
    scope: "environment",
    run: (deps, environment) => sweepTasks({ deps, environment }),
  },
  {
    name: "read-dead-letters",
    why: "Turns a start that the Scheduler gave up on into a failed run of its moment.",
    periodSeconds: 30,
    topics: [],
    scope: "environment",
    run: (deps, environment, signal) => readDeadLetters({ deps, environment, signal }),
  },
  {
    name: "note-refused-starts",
    why: "Turns a start that AWS refused into a failed run with its reason.",
    periodSeconds: 60,
    topics: ["ingest"],
    scope: "house",
    run: (deps) => noteRefusedStarts(deps),
  },
  {
    name: "note-missed",
    why: "Compares the calendars with the history, and notes the moments at which nothing was started.",
    periodSeconds: 30,
    topics: [],
    scope: "environment",
    run: (deps, environment, signal) => noteMissed({ deps, environment, signal }),
  },
  {
    name: "keep-log-tail",
    why: "Keeps the last lines of ended runs with them, so that the reason outlives the log.",
    periodSeconds: 30,
    topics: [],
    scope: "house",
    run: (deps) => keepLogTail({ deps }),
  },
  {
    name: "prune-history",
    why: "Takes away what is older than the history shall be, in small bites.",
    periodSeconds: 900,
    topics: [],
    scope: "house",
    run: (deps, signal) => pruneHistory({ deps, signal }),
  },
  {
    name: "retire-revisions",
    why: "Deregisters the revisions that nobody uses, and finds out which were deregistered behind our back.",
    periodSeconds: 900,
    topics: [],
    scope: "environment",
    run: retireRevisions,
  },
  {
    name: "sum-up-jobs",
    why: "Works out what the job list shows of changed jobs, so that a page of it costs the same however long the history is.",
    periodSeconds: 5,
    topics: [],
    scope: "house",
    run: async (deps) => {
      const summedUp = await sumUpJobs(deps.db);
      return summedUp && { jobs: summedUp.jobs, againAt: summedUp.left ? deps.clock.now() : null };
    },
  },
];
