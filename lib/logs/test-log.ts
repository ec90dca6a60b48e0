import { CloudWatchLogsClient, CreateLogStreamCommand, DeleteLogStreamCommand, PutLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { upsertEnvironment } from "@/lib/db/environments";
import type { Clock } from "@/lib/deps";
import type { Run } from "@/lib/domain/run";
import { testDatabase } from "@/lib/testing/database";
import { makeJob, makeRun } from "@/lib/testing/factories";
import { testSandbox } from "@/lib/testing/sandbox";
import { containerName } from "./choose-container";
import { type CopySettings, LogCopies, usualCopies } from "./log-copies";
import type { LogDeps } from "./log-deps";

export type TestLogs = Awaited<ReturnType<typeof testLogs>>;

let count = 0;

/** The usual copies, with looks and calls that follow each other at once. */
export const quickCopies = (looks: Partial<CopySettings["looks"]> = {}, rest: Partial<CopySettings> = {}) =>
  new LogCopies({
    ...usualCopies,
    pace: { perSecond: 1000, slowestPerSecond: 100 },
    ...rest,
    looks: { pollMs: 20, idleMs: 30, retryMs: 20, troubleMs: 50, settleMs: 0, slackMs: 0, ...looks },
  });

/** Runs with streams in an imitated CloudWatch, and the hand that writes into them. */
export async function testLogs() {
  const [database, sandbox] = await Promise.all([testDatabase(), testSandbox()]);
  const { db } = database;
  const environment = await upsertEnvironment(db, sandbox.environment, new Date());
  const works = sandbox.deps(db);
  const logs = works.aws(environment).logs;
  await logs.ensureLogGroup(environment.logGroup);
  const client = new CloudWatchLogsClient({});
  const deps = (clock = works.clock): LogDeps => ({ db, logs: () => logs, clock });
  const copies = quickCopies();

  return {
    ...{ db, environment, deps, copies, control: sandbox.control },

    /** Whose log is asked for; the main container's unless told. */
    request: (run: Run, { container = containerName, clock }: { container?: string; clock?: Clock } = {}) => ({
      ...{ run, environment, container, deps: deps(clock) },
    }),

    /** A run with a stream's name; the stream itself comes with its first line. */
    run: async (overrides: Partial<Run> = {}): Promise<Run> => {
      const job = await makeJob(db, { environmentId: environment.id });
      const id = `${++count}`.padStart(32, "0");
      return makeRun(db, {
        ...{ jobId: job.id, state: "running", startedAt: new Date(), logGroup: environment.logGroup, logStream: `belfry/main/${id}` },
        taskArn: `${environment.clusterArn.replace(":cluster/", ":task/")}/${id}`,
        ...overrides,
      });
    },

    makeStream: (run: Run, container = containerName) => client.send(new CreateLogStreamCommand(streamOf(run, container))),
    removeStream: (run: Run) => client.send(new DeleteLogStreamCommand(streamOf(run))),

    /** Writes these lines, all of one moment. */
    write: async (run: Run, texts: string[], at = Date.now(), container = containerName) => {
      for (let from = 0; from < texts.length; ) {
        // A batch has a megabyte at most, with 26 bytes more for each event (Logs API, PutLogEvents).
        let to = from;
        for (let bytes = 0; to < texts.length && to - from < 10_000; to++) {
          bytes += Buffer.byteLength(texts[to] ?? "") + 26;
          if (bytes > 1_048_576) break;
        }
        const logEvents = texts.slice(from, to).map((message) => ({ timestamp: at, message }));
        await client.send(new PutLogEventsCommand({ ...streamOf(run, container), logEvents }));
        from = to;
      }
    },

    end: async (run: Run, stoppedAt = new Date()) => {
      await db.run.update({ where: { id: run.id }, data: { state: "succeeded", stoppedAt } });
    },

    /** Calls of GetLogEvents since the last time. */
    reads: async () => {
      const calls = await sandbox.control.calls();
      await sandbox.control.forgetCalls();
      return calls["logs.GetLogEvents"] ?? 0;
    },

    close: async () => {
      copies.close();
      await sandbox.close();
      await database.close();
    },
  };
}

const streamOf = (run: Run, container = containerName) => ({
  logGroupName: run.logGroup ?? "",
  logStreamName: (run.logStream ?? "").replace(`/${containerName}/`, `/${container}/`),
});

/** "line 1" to "line n". */
export const lines = (to: number, from = 1) => Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}`);
