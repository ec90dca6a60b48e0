import { awsCall } from "./aws-call";
import type { BenchHouse } from "./bench-house";
import { type Figure, percentile } from "./figures";
import { makeJob, pause, until, untilVerified } from "./jobs";

const runsAtOnce = 8;
const lines = 30;
/** When the kill falls, in milliseconds after the runs were asked for: between request and start, in the middle, about their end. */
const killsAfterMs = [5, 1500, 3100];
const apiBoundSeconds = 5;
const statesBoundSeconds = 15;

type Told = { id: string; state: string; exitCode: number | null };
type Task = { taskArn: string; startedBy?: string; lastStatus: string; containers: { exitCode?: number }[] };

/** `kill -9` of web and of worker while runs are asked for, go on and end: how soon all is told again, and whether all of it is true. */
export async function measureKilled(house: BenchHouse): Promise<Figure[]> {
  return [...(await killOne(house, "web")), ...(await killOne(house, "worker"))];
}

/** Jobs of which one run ends well and another badly; each line has its number. */
async function makeJobs({ api }: BenchHouse): Promise<{ slug: string; exitCode: number }[]> {
  const mark = crypto.randomUUID().slice(0, 8);
  const jobs = [
    { slug: `killed-good-${mark}`, exitCode: 0 },
    { slug: `killed-bad-${mark}`, exitCode: 7 },
  ];
  for (const { slug, exitCode } of jobs) {
    const script = `i=1; while [ $i -le ${lines} ]; do echo "line $i"; i=$((i+1)); sleep 0.1; done; exit ${exitCode}`;
    await makeJob(api, slug, ["sh", "-c", script]);
    await untilVerified(api, slug);
  }
  return jobs;
}

async function killOne(house: BenchHouse, victim: "web" | "worker"): Promise<Figure[]> {
  const jobs = await makeJobs(house);
  const apiAfter: number[] = [];
  const trueAfter: number[] = [];
  const asked = new Map<string, number>();
  for (const killAfterMs of killsAfterMs) {
    const wanted = Array.from({ length: runsAtOnce / jobs.length }, () => jobs).flat();
    const ids = await Promise.all(wanted.map(({ slug }) => requestRun(house, slug)));
    for (const [n, id] of ids.entries()) asked.set(id, wanted[n]?.exitCode ?? 0);
    await pause(killAfterMs);
    const before = house.pidOf(victim);
    if (!before) throw new Error(`The ${victim} does not run.`);
    process.kill(before, "SIGKILL");
    await until(`new ${victim}`, async () => {
      const pid = house.pidOf(victim);
      return pid !== null && pid !== before ? pid : null;
    });
    const restartedAt = performance.now();
    await until("answer of the API", () => stateOf(house, ids[0] ?? ""));
    apiAfter.push(performance.now() - restartedAt);
    // As long as it takes until what is told of every run is what ECS says of its task at that moment.
    await until("true state of every run", async () => ((await isTold(house, ids)) ? true : null), 120, 100);
    trueAfter.push(performance.now() - restartedAt);
    await until("end of every run", async () => ((await haveEnded(house, ids)) ? true : null), 120, 200);
  }
  const faults = await faultsOf(
    house,
    asked,
    jobs.map(({ slug }) => slug),
  );
  const seconds = (milliseconds: number[]) => `${(percentile(milliseconds, 1) / 1000).toFixed(1)} s at most, n = ${milliseconds.length}`;
  const what = `kill -9 of ${victim === "web" ? "web" : "the worker"} during ${runsAtOnce} runs`;
  return [
    {
      what: `${what}: restart to the API's answer`,
      figure: seconds(apiAfter),
      bound: `${apiBoundSeconds} s`,
      held: apiAfter.every((after) => after < apiBoundSeconds * 1000),
    },
    {
      what: `${what}: restart to true states`,
      figure: seconds(trueAfter),
      bound: `${statesBoundSeconds} s`,
      held: trueAfter.every((after) => after < statesBoundSeconds * 1000),
    },
    {
      what: `${what}: runs lost, doubled, told wrongly, with a log that is not whole`,
      figure: `${faults.lost}, ${faults.doubled}, ${faults.wrong}, ${faults.logs} of ${asked.size}`,
      bound: "none",
      held: Object.values(faults).every((count) => count === 0),
    },
  ];
}

async function requestRun({ api }: BenchHouse, slug: string): Promise<string> {
  const answer = await api.post(`/api/v1/jobs/${slug}/runs`, { data: { requestKey: crypto.randomUUID() } });
  if (!answer.ok()) throw new Error(`Run now was answered ${answer.status()}.`);
  return ((await answer.json()) as { id: string }).id;
}

/** Null while the console does not answer. */
async function stateOf({ address, cookie }: BenchHouse, id: string): Promise<Told | null> {
  try {
    const answer = await fetch(`${address}/api/v1/runs/${id}`, { headers: { cookie } });
    return answer.ok ? ((await answer.json()) as { run: Told }).run : null;
  } catch {
    return null;
  }
}

const statesOf = (house: BenchHouse, ids: string[]) => Promise.all(ids.map((id) => stateOf(house, id)));

const haveEnded = async (house: BenchHouse, ids: string[]) =>
  (await statesOf(house, ids)).every((told) => told && ["succeeded", "failed", "stopped", "lost"].includes(told.state));

/** Every task that ECS still knows, by the run that it was started for. */
async function tasksByRun(house: BenchHouse): Promise<Map<string, Task[]>> {
  const ecs = <Answer>(operation: string, input: object) =>
    awsCall<Answer>(house.aws, `AmazonEC2ContainerServiceV20141113.${operation}`, input);
  const { clusterArns } = await ecs<{ clusterArns: string[] }>("ListClusters", {});
  const tasks: Task[] = [];
  for (const cluster of clusterArns)
    for (const desiredStatus of ["RUNNING", "STOPPED"])
      for (let nextToken: string | undefined, more = true; more; more = nextToken !== undefined) {
        const listed = await ecs<{ taskArns: string[]; nextToken?: string }>("ListTasks", { cluster, desiredStatus, nextToken });
        nextToken = listed.nextToken;
        if (listed.taskArns.length > 0)
          tasks.push(...(await ecs<{ tasks: Task[] }>("DescribeTasks", { cluster, tasks: listed.taskArns })).tasks);
      }
  // Belfry writes into startedBy for which of its runs it starts a task.
  return Map.groupBy(tasks, ({ startedBy = "" }) => startedBy.replace(/^belfry\//, ""));
}

/** What ECS says in the words of a run. */
function stateIn([task]: Task[]): string {
  const [main] = task?.containers ?? [];
  if (!task) return "requested";
  if (task.lastStatus === "STOPPED") return main?.exitCode === 0 ? "succeeded" : "failed";
  return task.lastStatus === "RUNNING" || task.lastStatus === "DEPROVISIONING" ? "running" : "starting";
}

/** Whether what is told of each run is what ECS says of its task right now. */
async function isTold(house: BenchHouse, ids: string[]): Promise<boolean> {
  const [tasks, told] = await Promise.all([tasksByRun(house), statesOf(house, ids)]);
  return told.every((run, index) => run?.state === stateIn(tasks.get(ids[index] ?? "") ?? []));
}

/** What is not as it should be once all has ended. */
async function faultsOf(house: BenchHouse, asked: ReadonlyMap<string, number>, slugs: readonly string[]) {
  const faults = { lost: 0, doubled: 0, wrong: 0, logs: 0 };
  const tasks = await tasksByRun(house);
  for (const [id, exitCode] of asked) {
    const told = await stateOf(house, id);
    if (!told) faults.lost += 1;
    else if (told.state !== (exitCode === 0 ? "succeeded" : "failed") || told.exitCode !== exitCode) faults.wrong += 1;
    if ((tasks.get(id)?.length ?? 0) !== 1) faults.doubled += 1;
    const log = await house.api.get(`/api/v1/runs/${id}/log/download`);
    const numbers = [...(await log.text()).matchAll(/line (\d+)$/gm)].map(([, number]) => Number(number));
    if (numbers.length !== lines || numbers.some((number, index) => number !== index + 1)) faults.logs += 1;
  }
  // A run that nobody asked for would be one that was told twice.
  for (const slug of slugs) {
    const { rows } = (await (await house.api.get(`/api/v1/jobs/${slug}/runs?limit=100`)).json()) as { rows: { run: { id: string } }[] };
    faults.doubled += rows.filter(({ run }) => !asked.has(run.id)).length;
  }
  return faults;
}
