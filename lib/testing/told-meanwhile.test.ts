import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { makeAws } from "@/lib/aws/clients";
import type { Deps } from "@/lib/deps";
import type { Environment } from "@/lib/domain/environment";
import { newId } from "@/lib/domain/ids";
import type { Job } from "@/lib/domain/job";
import { getWorksState } from "@/lib/environments/list-works";
import { getJob } from "@/lib/jobs/get-job";
import { getRun } from "@/lib/runs/get-run";
import { requestRun } from "@/lib/runs/request-run";
import type { FaultOrder } from "@/lib/sandbox/faults";
import { type Driver, startDriver } from "@/lib/worker/driver";
import { rounds } from "@/lib/worker/rounds";
import { type TestDatabase, testDatabase } from "./database";
import { makeActor, makeEnvironment, makeJob } from "./factories";
import { type TestSandbox, testSandbox } from "./sandbox";

/*
 * What people read while AWS does not do what it is asked: on the job's page where it is about one job, above every page where
 * it is about all.
 */

let database: TestDatabase;
let sandbox: TestSandbox;
let environment: Environment;
let deps: Deps;
let driver: Driver | null = null;
const actor = makeActor("viewer");

beforeAll(async () => {
  [database, sandbox] = await Promise.all([testDatabase(), testSandbox()]);
  process.env.DATABASE_URL = database.url;
});
afterAll(() => Promise.all([database.close(), sandbox.close()]));
let count = 0;
beforeEach(async () => {
  const name = `told-${++count}`;
  const own = { name, scheduleGroup: `belfry-${name}`, logGroup: `/belfry/${name}` };
  environment = await makeEnvironment(database.db, { ...sandbox.environment, ...own });
  const aws = makeAws(environment.region, { answerWithinMs: 300 });
  deps = { ...sandbox.deps(database.db), aws: () => aws };
});
afterEach(async () => {
  await driver?.stop();
  await sandbox.control.forgetFaults();
  await database.db.$executeRaw`truncate job, round_outcome cascade`;
});

const starting = rounds.filter(({ name }) => ["reconcile-jobs", "reconcile-runs"].includes(name));
const reconciling = rounds.filter(({ name }) => name === "reconcile-jobs");
const soon = { timeout: 20_000, interval: 20 };
const pageOf = async ({ slug }: Job) => {
  const { job, sync } = await getJob({ actor, slug });
  const { sentence, awsCode, awsMessage } = job.syncError ?? {};
  return { sync, sentence, words: job.syncError && `${awsCode}: ${awsMessage}`, isTriedAgain: job.retryAt !== null };
};
/** What stands above every page, as long as it is news. */
const troubles = async () => (await getWorksState({ actor })).rounds.map(({ round, error }) => `${round}: ${error}`);

const error = (code: string, status: number, message = "As AWS says it.") => ({ error: { code, status, message } });
type Kind = [what: string, fault: Omit<FaultOrder, "service" | "operation" | "times">, sync: string, sentence: RegExp, words: RegExp];
const kinds: Kind[] = [
  [
    "throttled",
    error("ThrottlingException", 429),
    "trying-again",
    /^AWS asks for fewer changes: trying again at \d\d:\d\d:\d\d UTC\.$/,
    /^ThrottlingException: As AWS says it\.$/,
  ],
  [
    "answered with 500",
    error("InternalServerException", 500),
    "trying-again",
    /^AWS does not answer as it should at the moment\. Belfry tries again\.$/,
    /^InternalServerException: As AWS says it\.$/,
  ],
  [
    "not answered",
    { delayMs: 600_000 },
    "trying-again",
    /^AWS does not answer as it should at the moment\. Belfry tries again\.$/,
    /^Unanswered: AWS did not answer in time\.$/,
  ],
  [
    "cut off",
    { dropConnection: true },
    "trying-again",
    /^AWS does not answer as it should at the moment\. Belfry tries again\.$/,
    /socket hang up|ECONNRESET/,
  ],
  [
    "denied",
    error("AccessDeniedException", 403),
    "refused",
    /^AWS does not allow this to Belfry: its role lacks the right that AWS names\.$/,
    /^AccessDeniedException: As AWS says it\.$/,
  ],
  [
    "refused for expired credentials",
    error("ExpiredTokenException", 403),
    "trying-again",
    /^Belfry has no valid credentials for AWS at the moment\. It tries again\.$/,
    /^ExpiredTokenException: As AWS says it\.$/,
  ],
  [
    "in conflict",
    error("ConflictException", 409),
    "trying-again",
    /^AWS is still busy with the last change of this schedule\. Belfry tries again\.$/,
    /^ConflictException: As AWS says it\.$/,
  ],
  [
    "beyond a quota",
    error("ServiceQuotaExceededException", 402),
    "refused",
    /^A quota of the AWS account is used up: have it raised, or remove what is not needed any more\.$/,
    /^ServiceQuotaExceededException: As AWS says it\.$/,
  ],
];

test.each(kinds)("what concerns one job is %s: its page says so, and nothing is said of the works", async (_what, fault, ...told) => {
  const [sync, sentence, words] = told;
  const job = await makeJob(database.db, { environmentId: environment.id });
  const good = await makeJob(database.db, { environmentId: environment.id });
  await sandbox.control.orderFault({ service: "scheduler", operation: "*", containing: job.id, times: 1000, ...fault });
  driver = startDriver(deps, [environment], reconciling);
  await expect.poll(() => pageOf(job), soon).toMatchObject({ sync, isTriedAgain: true });
  expect((await pageOf(job)).sentence).toMatch(sentence);
  expect((await pageOf(job)).words).toMatch(words);
  await expect.poll(() => pageOf(good), soon).toMatchObject({ sync: "verified", sentence: undefined });
  expect(await troubles()).toEqual([]);
});

test.each(kinds)(
  "everything is %s: that stands above every page, no job is said to be refused, and it ends by itself",
  async (_what, fault) => {
    const job = await makeJob(database.db, { environmentId: environment.id });
    await sandbox.control.orderFault({ service: "scheduler", operation: "*", times: 1000, ...fault });
    driver = startDriver(deps, [environment], reconciling);
    const said = /^reconcile-jobs: (As AWS says it\.|AWS did not answer in time\.|.*(hang up|ECONNRESET).*)$/;
    await expect.poll(troubles, soon).toEqual([expect.stringMatching(said)]);
    expect(await pageOf(job)).toMatchObject({ sync: "saved" });

    await sandbox.control.forgetFaults();
    driver.nudge("reconcile-jobs");
    await expect.poll(() => pageOf(job), soon).toMatchObject({ sync: "verified", sentence: undefined });
    await expect.poll(troubles, soon).toEqual([]);
  },
);

test.each(kinds.filter(([what]) => what === "throttled" || what === "not answered"))(
  "a start is %s: its run says when AWS is asked again, and then it is started",
  async (_what, fault) => {
    const job = await makeJob(database.db, { environmentId: environment.id });
    driver = startDriver(deps, [environment], starting);
    await expect.poll(() => pageOf(job), soon).toMatchObject({ sync: "verified" });
    await sandbox.control.orderFault({ service: "ecs", operation: "RunTask", times: 1000, ...fault });
    const { id } = await requestRun({ actor: makeActor("operator"), slug: job.slug, requestKey: newId() });
    driver.nudge("reconcile-runs");
    const told = async () => {
      const { state, launchedAt, launchRetryAt } = (await getRun({ actor, runId: id })).run;
      return { state, isTaken: launchedAt !== null, isAskedAgain: launchRetryAt !== null };
    };
    await expect.poll(told, soon).toEqual({ state: "requested", isTaken: false, isAskedAgain: true });
    await sandbox.control.forgetFaults();
    await expect.poll(told, soon).toEqual({ state: "requested", isTaken: true, isAskedAgain: false });
  },
);
