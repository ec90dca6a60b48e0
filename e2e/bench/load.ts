import { Agent, request } from "node:http";
import { makeDatabase } from "@/lib/db/client";
import { nudge } from "@/lib/db/nudge";
import { inTransaction } from "@/lib/db/transaction";
import type { BenchHouse } from "./bench-house";
import { type Figure, percentile } from "./figures";
import { makeJob, pause, until, untilVerified } from "./jobs";
import { liveHeapMegabytes } from "./live-heap";
import { cpuSeconds, residentMegabytes } from "./process-figures";
import { insertJobs } from "./rounds";
import { type EventQueue, eventsOf, openEventQueue } from "./task-events";

const jobs = 10_000;
/** As long as the longest of what the worker repeats, but for its clearing up. */
const idleSeconds = 120;
const eventsPerSecond = 1000;
const viewers = 20;
/** A page that is open looks again so often while something changes on it. */
const lookAgainMs = 2000;
/** By the web server's clock an hour: see quick-clock.cjs. */
const loadMinutes = 6;

/** Jobs that the worker tends, and that are not due before long. */
async function fillHouse({ databaseUrl, api }: BenchHouse): Promise<void> {
  const { slug } = await makeJob(api, `first-${crypto.randomUUID().slice(0, 8)}`, ["true"]);
  const db = makeDatabase(databaseUrl);
  try {
    const { environmentId } = await db.job.findFirstOrThrow({ where: { slug }, select: { environmentId: true } });
    await insertJobs(db, environmentId, { to: jobs, expression: "cron(0 4 1 1 ? *)" });
    await inTransaction((tx) => nudge(tx, "reconcile-jobs"), db);
    await until(
      `${jobs} verified jobs`,
      async () =>
        (await db.job.count({ where: { environmentId, observedGeneration: { lt: db.job.fields.generation } } })) === 0 ? true : null,
      300,
      1000,
    );
  } finally {
    await db.$disconnect();
  }
}

/** Every kind of page, and the questions that open pages ask again and again. */
async function pagesOf({ api }: BenchHouse): Promise<string[]> {
  const slug = `seen-${crypto.randomUUID().slice(0, 8)}`;
  await makeJob(api, slug, ["sh", "-c", "seq 200"]);
  await untilVerified(api, slug);
  const { id } = (await (await api.post(`/api/v1/jobs/${slug}/runs`, { data: { requestKey: crypto.randomUUID() } })).json()) as {
    id: string;
  };
  return [
    ...["/", "/jobs", "/runs", `/jobs/${slug}`, `/jobs/${slug}/runs`, `/jobs/${slug}/runs/${id}`, "/audit", "/settings/works"],
    ...["/api/v1/changes", "/api/v1/changes", "/api/v1/changes", "/api/v1/overview", "/api/v1/jobs?limit=50", "/api/v1/runs?limit=50"],
    `/api/v1/runs/${id}/log/download`,
  ];
}

/** What web and worker of a house with 10,000 jobs take while nothing happens. */
export async function measureIdle(house: BenchHouse): Promise<Figure[]> {
  await fillHouse(house);
  const paths = await pagesOf(house);
  const [web, worker] = [await renewed(house, "web"), await renewed(house, "worker")];
  // A server that was never asked has not loaded its pages yet.
  for (const path of paths) await ask(house, path, new Agent());
  await pause(15_000);
  const before = { web: cpuSeconds(web), worker: cpuSeconds(worker) };
  const memory: number[] = [];
  for (let second = 0; second < idleSeconds; second += 1) {
    await pause(1000);
    memory.push(residentMegabytes(web));
  }
  const share = (pid: number, from: number) => (100 * (cpuSeconds(pid) - from)) / idleSeconds;
  const [webShare, workerShare] = [share(web, before.web), share(worker, before.worker)];
  const most = Math.max(...memory);
  const percent = (value: number) => `${value.toFixed(2)} % of a core`;
  return [
    {
      what: `${jobs.toLocaleString("en")} jobs, idle: resident memory of web, every page asked for once`,
      figure: megabytes(most),
      bound: "180 MB",
      held: most < 180,
    },
    {
      what: `${jobs.toLocaleString("en")} jobs, idle: CPU of web over ${idleSeconds} s`,
      figure: percent(webShare),
      bound: "1 %",
      held: webShare < 1,
    },
    {
      what: `${jobs.toLocaleString("en")} jobs, idle: CPU of the worker over ${idleSeconds} s`,
      figure: percent(workerShare),
      bound: "1 %",
      held: workerShare < 1,
    },
    { what: `${jobs.toLocaleString("en")} jobs, idle: resident memory of the worker`, figure: megabytes(residentMegabytes(worker)) },
  ];
}

/** Ends a process politely; the house starts another. */
async function renewed(house: BenchHouse, name: "web" | "worker"): Promise<number> {
  const before = house.pidOf(name);
  if (before) process.kill(before, "SIGTERM");
  const pid = await until(`new ${name}`, async () => {
    const now = house.pidOf(name);
    return now !== before ? now : null;
  });
  await until("answer of the console", async () => {
    const { workerSeenAt } = await healthOf(house);
    return workerSeenAt && Date.now() - new Date(workerSeenAt).getTime() < 6000 ? true : null;
  });
  return pid;
}

export async function healthOf({ address }: BenchHouse): Promise<{ web?: string; workerSeenAt?: string | null }> {
  try {
    return (await (await fetch(`${address}/api/health`)).json()) as { web: string; workerSeenAt?: string | null };
  } catch {
    return {};
  }
}

/** What the web server takes for an hour by its clock, under a thousand events a second and with pages open. */
export async function measureBusy(house: BenchHouse): Promise<Figure[]> {
  const paths = await pagesOf(house);
  const web = await renewed(house, "web");
  const queue = await openEventQueue(house);
  const ending = new AbortController();
  const asked: Asked = { milliseconds: [], refused: 0 };
  process.kill(web, "SIGUSR2");
  try {
    const feeding = feed(queue, ending.signal);
    feeding.catch(() => ending.abort()); // it is awaited below
    const looking = Promise.all(Array.from({ length: viewers }, (_, viewer) => look(house, paths, viewer, asked, ending.signal)));
    const memory: number[] = [];
    const alive: number[] = [];
    let behind = 0;
    for (let second = 1; second <= loadMinutes * 60 && !ending.signal.aborted; second += 1) {
      await pause(1000);
      memory.push(residentMegabytes(web));
      if (second === 60 || second === loadMinutes * 60) alive.push(await liveHeapMegabytes(web));
      if (second % 10 === 0) behind = Math.max(behind, await queue.waiting());
    }
    ending.abort();
    const events = await feeding;
    await looking;
    const drainedFrom = performance.now();
    await until("empty queue", async () => ((await queue.waiting()) === 0 ? true : null), 300, 1000);
    const drained = (performance.now() - drainedFrom) / 1000;
    const most = Math.max(...memory);
    const rate = events / (loadMinutes * 60);
    const minutes = Array.from({ length: loadMinutes }, (_, n) => percentile(memory.slice(n * 60, n * 60 + 60), 0.5));
    const [aliveEarly = 0, aliveLate = 0] = alive;
    const under = `under ${Math.round(rate).toLocaleString("en")} events and ${Math.round(asked.milliseconds.length / loadMinutes / 60)} pages a second`;
    return [
      { what: `${under}: resident memory of web`, figure: `at most ${megabytes(most)}`, bound: "300 MB", held: most < 300 },
      {
        what: `the same, over an hour by its clock, every tenth minute`,
        figure: `${minutes.map((value) => value.toFixed(0)).join(", ")} MB`,
      },
      {
        what: "the same: its live heap, after the first ten minutes and after an hour",
        figure: `${megabytes(aliveEarly)}, ${megabytes(aliveLate)}`,
        bound: "flat, 5 % more at most",
        held: aliveLate <= aliveEarly * 1.05,
      },
      {
        what: `${under}: events waiting, at most`,
        figure: `${behind.toLocaleString("en")}, all taken in ${drained.toFixed(1)} s after the last`,
      },
      {
        what: `${under}: a page`,
        figure: `median ${percentile(asked.milliseconds, 0.5).toFixed(0)} ms, p95 ${percentile(asked.milliseconds, 0.95).toFixed(0)} ms, ${asked.refused} not answered`,
      },
    ];
  } finally {
    ending.abort();
    await queue.close();
    // The next one has a clock like all others.
    await renewed(house, "web");
  }
}

/** Puts a second's events into the queue each second; gives how many. */
async function feed(queue: EventQueue, signal: AbortSignal): Promise<number> {
  const from = performance.now();
  // A moment of a job has one task: each second's tasks belong to moments of their own.
  const tasks = eventsPerSecond / 5;
  let moment = Date.now() - loadMinutes * 60 * tasks * 1000 - 3_600_000;
  let events = 0;
  while (!signal.aborted) {
    await queue.put(eventsOf(queue, tasks, moment));
    moment += tasks * 1000;
    events += eventsPerSecond;
    const early = (events / eventsPerSecond) * 1000 - (performance.now() - from);
    if (early > 0) await pause(early);
  }
  return events;
}

type Asked = { milliseconds: number[]; refused: number };

/** One who has pages open, a different one each time. */
async function look(house: BenchHouse, paths: string[], viewer: number, asked: Asked, signal: AbortSignal): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  await pause((lookAgainMs / viewers) * viewer);
  for (let turn = viewer; !signal.aborted; turn += 1) {
    const from = performance.now();
    await ask(house, paths[turn % paths.length] ?? "/", agent).catch(() => {
      asked.refused += 1;
    });
    const took = performance.now() - from;
    asked.milliseconds.push(took);
    await pause(Math.max(0, lookAgainMs - took));
  }
  agent.destroy();
}

/** The whole answer, thrown away; throws for anything but 200. */
function ask({ address, cookie }: BenchHouse, path: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const asking = request(`${address}${path}`, { agent, headers: { cookie } }, (response) => {
      response.resume();
      response.on("error", reject);
      response.on("end", () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`${path} was answered ${response.statusCode}.`)),
      );
    });
    asking.on("error", reject);
    asking.end();
  });
}

const megabytes = (value: number) => `${value.toFixed(0)} MB`;
