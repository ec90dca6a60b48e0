import { Agent, get } from "node:http";
import { gunzipSync } from "node:zlib";
import type { Browser } from "@playwright/test";
import pg from "pg";
import { makeDatabase } from "@/lib/db/client";
import { sumUpJobs } from "@/lib/db/job-summaries";
import { listJobRows } from "@/lib/db/jobs";
import { type Figure, percentile } from "./figures";

/** Where to ask, as whom, and the database behind it. */
export type ListPlace = { address: string; cookie: string; databaseUrl: string };

/**
 * Fills a second environment, which no worker tends, up to so many settled jobs and runs: one run each half minute back from a
 * day ago, every fifth of them of the first job, every twentieth failed, each with what ECS tells of a task.
 */
export async function fillHistory(url: string, jobs: number, runs: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`
      insert into environment (id, name, region, account_id, cluster_arn, schedule_group, scheduler_role_arn, execution_role_arn,
        subnets, security_groups, event_queue_url, dead_letter_queue_url, dead_letter_queue_arn, log_group)
      select 'benchbench', 'bench', region, account_id, cluster_arn, 'bench', scheduler_role_arn, execution_role_arn,
        subnets, security_groups, event_queue_url, dead_letter_queue_url, dead_letter_queue_arn, log_group
      from environment limit 1
      on conflict do nothing`);
    await client.query(
      `insert into job (id, environment_id, slug, name, application, definition, expression, time_zone, policies, generation,
         applied_generation, observed_generation, observed_at, applied_at, saved_at, saved_by, created_at)
       select 'bench' || lpad(n::text, 5, '0'), 'benchbench', 'bench-' || n, 'Bench job ' || lpad(n::text, 5, '0'), 'bench-' || n % 20,
         jsonb_build_object('image', 'busybox', 'entryPoint', '[]'::jsonb, 'command', '["true"]'::jsonb, 'environment', '[]'::jsonb,
           'secrets', '[]'::jsonb, 'cpu', 256, 'memory', 512),
         'cron(' || n % 60 || ' ' || n % 24 || ' * * ? *)', 'Europe/Berlin',
         '{"maximumRetryAttempts": 3, "maximumEventAgeSeconds": 900}', 1, 1, 1, now(), now(), now(), 'bench', now()
       from generate_series(1 + (select count(*) from job where environment_id = 'benchbench'), $1::int) n`,
      [jobs],
    );
    // The triggers' notes would be one for each run: one for each job says the same.
    await client.query("alter table run disable trigger user");
    await client.query(
      `insert into run (id, environment_id, job_id, trigger, scheduled_at, due_at, state, started_at, stopped_at, exit_code, task_arn,
         task_version, task_definition_arn, phases, containers, cause, cause_kind, cpu, memory, log_group, log_stream, log_kept_at, source)
       select gen_random_uuid(), 'benchbench', 'bench' || lpad((case when n % 5 = 0 then 1 else n % $1::int + 1 end)::text, 5, '0'),
         'schedule', at, at, case when failed then 'failed' else 'succeeded' end,
         at + interval '20 s', at + interval '50 s' + (n % 30) * interval '1 s', case when failed then 1 + n / 20 % 100 else 0 end,
         'arn:aws:ecs:eu-central-1:123456789012:task/bench/' || md5(n::text), 6, 'arn:aws:ecs:eu-central-1:123456789012:task-definition/bench:7',
         jsonb_build_object('createdAt', at + interval '1 s', 'pullStartedAt', at + interval '9 s', 'pullStoppedAt', at + interval '18 s',
           'startedAt', at + interval '20 s', 'stoppedAt', at + interval '60 s', 'lastStatus', 'STOPPED'),
         jsonb_build_array(jsonb_build_object('name', 'job', 'lastStatus', 'STOPPED', 'exitCode', 0, 'reason', null,
           'image', 'registry.example.com/bench/job:1.4.2', 'imageDigest', 'sha256:' || md5(n::text) || md5(n::text))),
         case when failed then jsonb_build_object('kind', 'exit-code', 'headline', 'Failed with exit code ' || 1 + n / 20 % 100,
           'evidence', '[]'::jsonb, 'awsWords', '["Essential container in task exited"]'::jsonb, 'nextStep', 'Read the log.') end,
         case when failed then 'exit-code' end, 256, 512, '/belfry/bench', 'job/job/' || md5(n::text), at + interval '2 min', 'event'
       from (
         select n, (n / 7) % 20 = 3 as failed, date_trunc('minute', now()) - n * interval '30 s' - interval '1 day' as at
         from generate_series($2::int, 1 + (select count(*)::int from run where environment_id = 'benchbench'), -1) n
       ) moments
       on conflict do nothing`,
      [jobs, runs],
    );
    await client.query("alter table run enable trigger user");
    await client.query("insert into job_change (job_id) select id from job");
    await client.query(`
      insert into told_run (run_id, job_id, state, due_at, words)
      select id, job_id, state, due_at, run_words(cause, launch_error, requested_by, stop_requested_by)
      from run where environment_id = 'benchbench' and cause is not null
      on conflict do nothing`);
    const db = makeDatabase(url);
    while ((await sumUpJobs(db))?.left !== false);
    await db.$disconnect();
    await client.query("vacuum analyze");
  } finally {
    await client.end();
  }
}

type Answer = { milliseconds: number; text: string };

/** One request on a kept connection; throws for anything but 200. */
function ask({ address, cookie }: ListPlace, path: string, agent: Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const from = performance.now();
    get(`${address}${path}`, { agent, headers: { cookie } }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", reject);
      response.on("end", () => {
        const milliseconds = performance.now() - from;
        const body = Buffer.concat(parts);
        const text = (response.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body).toString("utf8");
        if (response.statusCode === 200) resolve({ milliseconds, text });
        else reject(new Error(`${path} answered ${response.statusCode}: ${text.slice(0, 300)}`));
      });
    }).on("error", reject);
  });
}

/** From request to last byte, one after the other on one connection; the first ones, which warm everything up, do not count. */
async function timesInTurns(place: ListPlace, paths: string[], count = 60): Promise<number[][]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const times = paths.map((): number[] => []);
  for (let turn = 0; turn < count + 15; turn += 1)
    for (const [index, path] of paths.entries()) {
      const { milliseconds } = await ask(place, path, agent);
      if (turn >= 15) times[index]?.push(milliseconds);
    }
  agent.destroy();
  return times;
}

const timesOf = async (place: ListPlace, path: string, count = 60): Promise<number[]> =>
  (await timesInTurns(place, [path], count))[0] ?? [];

/** Requests a second on so many connections that each ask again as soon as they are answered. */
async function requestsPerSecond(place: ListPlace, path: string, connections: number, seconds: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  let answered = 0;
  const run = async (until: number) => {
    await Promise.all(
      Array.from({ length: connections }, async () => {
        while (performance.now() < until) {
          await ask(place, path, agent);
          answered += 1;
        }
      }),
    );
  };
  await run(performance.now() + 2000);
  answered = 0;
  const from = performance.now();
  await run(from + seconds * 1000);
  agent.destroy();
  return answered / ((performance.now() - from) / 1000);
}

const median = (times: number[]): number => percentile(times, 0.5);
const inMs = (milliseconds: number): string => `${milliseconds.toFixed(1)} ms`;
const describe = (times: number[]): string => `median ${inMs(median(times))}, p95 ${inMs(percentile(times, 0.95))}`;

type ListAnswer = { rows: unknown[]; nextCursor: string | null };

const withCursor = (path: string, cursor: string | null) => (cursor ? `${path}${path.includes("?") ? "&" : "?"}cursor=${cursor}` : path);

/** The key of a page that begins so many rows into a list of runs, found past the lists. */
async function cursorInto(url: string, where: string, offset: number): Promise<string | null> {
  const client = new pg.Client({ connectionString: url, options: "-c timezone=UTC" });
  await client.connect();
  try {
    const { rows } = await client.query<{ at: Date; id: string }>(
      `select due_at as at, id from run where ${where} order by due_at desc, id desc offset ${offset} limit 1`,
    );
    const [row] = rows;
    return row ? Buffer.from(JSON.stringify([row.at.toISOString(), row.id])).toString("base64url") : null;
  } finally {
    await client.end();
  }
}

/** The lists of runs that are measured: their address, and the same in SQL. */
function runLists(runs: number): { name: string; path: string; where: string }[] {
  const day = (back: number) => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);
  const days = Math.floor(runs / 2880);
  const [from, to] = [day(Math.floor(days * 0.75)), day(Math.floor(days * 0.25))];
  const within = `due_at >= '${from}' and due_at < '${to}'::date + 1`;
  const first = "job_id = 'bench00001'";
  return [
    { name: "all runs", path: "/api/v1/runs?limit=50", where: "true" },
    { name: "all runs, failed", path: "/api/v1/runs?limit=50&state=failed", where: "state = 'failed'" },
    { name: "all runs, of half the days", path: `/api/v1/runs?limit=50&from=${from}&to=${to}`, where: within },
    {
      name: "all runs, failed, of half the days",
      path: `/api/v1/runs?limit=50&from=${from}&to=${to}&state=failed`,
      where: `${within} and state = 'failed'`,
    },
    { name: "all runs, a frequent word", path: "/api/v1/runs?limit=50&text=exit", where: "state = 'failed'" },
    {
      name: "all runs, rare words",
      path: "/api/v1/runs?limit=50&text=code%2042",
      where: "state = 'failed' and exit_code = 42",
    },
    { name: "all runs, a word that none has", path: "/api/v1/runs?limit=50&text=zebra", where: "false" },
    { name: "the largest job's runs", path: "/api/v1/jobs/bench-1/runs?limit=50", where: first },
    {
      name: "the largest job's runs, failed, of half the days",
      path: `/api/v1/jobs/bench-1/runs?limit=50&from=${from}&to=${to}&state=failed`,
      where: `${first} and ${within} and state = 'failed'`,
    },
    { name: "a small job's runs", path: "/api/v1/runs?limit=50&job=bench-77", where: "job_id = 'bench00077'" },
    {
      name: "the largest job's runs, rare words",
      path: "/api/v1/jobs/bench-1/runs?limit=50&text=code%2042",
      where: `${first} and state = 'failed' and exit_code = 42`,
    },
  ];
}

async function measureRunList(place: ListPlace, list: ReturnType<typeof runLists>[number]): Promise<Figure> {
  const client = new pg.Client({ connectionString: place.databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ count: number }>(`select count(*)::int as count from run where ${list.where}`);
  await client.end();
  const count = rows[0]?.count ?? 0;
  const at = async (offset: number) => withCursor(list.path, offset > 0 ? await cursorInto(place.databaseUrl, list.where, offset) : null);
  const pages = [list.path, ...(count > 150 ? [await at(Math.floor(count / 2)), await at(count - 51)] : [])];
  // Page by page in turns, so that what else the machine does falls on all of them alike.
  const medians = (await timesInTurns(place, pages)).map(median);
  const [first = 0, ...deep] = medians;
  return {
    what: `${list.name} (${count.toLocaleString("en")}), ${deep.length > 0 ? "first, middle and last page" : "one page"}`,
    figure: medians.map(inMs).join(", "),
    bound: deep.length > 0 ? "15 ms, deep 1.2 × the first" : "15 ms",
    // Below a millisecond it is the clock and the neighbours that are measured.
    held: medians.every((one) => one < 15) && deep.every((one) => one <= Math.max(first * 1.2, first + 1)),
  };
}

/**
 * Server times of the lists of jobs and of runs, with a tenth of all first and then with all of it, and how many requests a
 * second the list of jobs bears. Fills the history itself.
 */
export async function measureList(place: ListPlace, jobs: number, runs: number): Promise<Figure[]> {
  const path = "/api/v1/jobs?limit=50";
  await fillHistory(place.databaseUrl, jobs / 10, runs / 10);
  const few = await timesOf(place, path, 200);
  await fillHistory(place.databaseUrl, jobs, runs);
  const many = await timesOf(place, path, 200);
  const agent = new Agent({ keepAlive: true });
  const { text } = await ask(place, path, agent);
  const first = JSON.parse(text) as ListAnswer;
  const size = `${jobs.toLocaleString("en")} jobs and ${runs.toLocaleString("en")} runs`;
  const ratio = median(many) / median(few);
  const bytes = Buffer.byteLength(text);
  const figures: Figure[] = [
    { what: `a page of 50 jobs, ${size}`, figure: describe(many), bound: "median 12 ms", held: median(many) < 12 },
    {
      what: `the same, against ${(jobs / 10).toLocaleString("en")} jobs`,
      figure: `${ratio.toFixed(2)} times ${inMs(median(few))}`,
      bound: "1.3 times",
      held: ratio <= 1.3,
    },
    { what: "its size before compression", figure: `${(bytes / 1000).toFixed(1)} kB`, bound: "30 kB", held: bytes <= 30_000 },
  ];
  for (const [name, query] of [
    ["second page", `cursor=${first.nextCursor}`],
    ["failing", "state=failing"],
    ["of an application", "application=bench-7"],
    ["found by a word", "search=00777"],
  ]) {
    const times = await timesOf(place, `${path}&${query}`);
    figures.push({ what: `a page of 50 jobs, ${name}`, figure: describe(times), bound: "median 12 ms", held: median(times) < 12 });
  }
  const rate = await requestsPerSecond(place, path, 10, 10);
  figures.push({
    what: "pages of 50 jobs at ten connections",
    figure: `${Math.round(rate)} a second`,
    bound: "300 a second",
    held: rate >= 300,
  });
  for (const list of runLists(runs)) figures.push(await measureRunList(place, list));
  agent.destroy();
  figures.push(await countQueries(place.databaseUrl));
  return figures;
}

async function countQueries(url: string): Promise<Figure> {
  const statements: string[] = [];
  const db = makeDatabase(url, { onQuery: (sql) => statements.push(sql) });
  const queries: number[] = [];
  for (const limit of [10, 50, 100]) {
    statements.length = 0;
    await listJobRows(db, { limit });
    queries.push(statements.length);
  }
  await db.$disconnect();
  return {
    what: "queries of the list of jobs for pages of 10, 50 and 100",
    figure: queries.join(", "),
    bound: "1, 1, 1",
    held: queries.every((count) => count === 1),
  };
}

type ColdPlace = { browser: Browser; address: string; stateFile: string };

type Cold = { bytes: number; scriptBytes: number; requests: number; foreign: string[]; rowsAfterMs: number; nodes: number };

/** The first visit to the job list with an empty cache: what comes over the wire, and when its rows are there. */
export async function measureColdLoad(place: ColdPlace): Promise<Figure[]> {
  const visits: Cold[] = [];
  for (let visit = 0; visit < 5; visit += 1) visits.push(await loadCold(place));
  const most = (of: (visit: Cold) => number) => Math.max(...visits.map(of));
  const rowsAfterMs = median(visits.map((visit) => visit.rowsAfterMs));
  const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(0)} kB`;
  const figure = (what: string, value: string, bound: string, held: boolean): Figure => ({
    what: `cold load of the job list, ${what}`,
    figure: value,
    bound,
    held,
  });
  const foreign = visits.flatMap((visit) => visit.foreign);
  return [
    figure("over the wire", kilobytes(most((visit) => visit.bytes)), "300 kB", most((visit) => visit.bytes) <= 300_000),
    figure("of it script", kilobytes(most((visit) => visit.scriptBytes)), "200 kB", most((visit) => visit.scriptBytes) <= 200_000),
    figure("requests", String(most((visit) => visit.requests)), "20", most((visit) => visit.requests) <= 20),
    figure("rows on the screen after", `median ${Math.round(rowsAfterMs)} ms`, "700 ms", rowsAfterMs < 700),
    figure("DOM nodes", most((visit) => visit.nodes).toLocaleString("en"), "3,000", most((visit) => visit.nodes) <= 3000),
    figure("requests to other hosts", String(foreign.length), "0", foreign.length === 0),
  ];
}

async function loadCold({ browser, address, stateFile }: ColdPlace): Promise<Cold> {
  const context = await browser.newContext({ baseURL: address, storageState: stateFile });
  try {
    const page = await context.newPage();
    const wire = await context.newCDPSession(page);
    const seen = { bytes: 0, scriptBytes: 0, requests: 0, foreign: [] as string[] };
    const scripts = new Set<string>();
    await wire.send("Network.enable");
    await wire.send("Network.setCacheDisabled", { cacheDisabled: true });
    wire.on("Network.requestWillBeSent", ({ request: { url } }) => {
      if (!/^https?:/.test(url)) return;
      seen.requests += 1;
      if (new URL(url).host !== new URL(address).host) seen.foreign.push(url);
    });
    wire.on("Network.responseReceived", ({ requestId, type }) => {
      if (type === "Script") scripts.add(requestId);
    });
    wire.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
      seen.bytes += encodedDataLength;
      if (scripts.has(requestId)) seen.scriptBytes += encodedDataLength;
    });
    // No function with a name: what runs this file gives those a mark that the page does not know.
    await page.addInitScript(() => {
      const timer = setInterval(() => {
        if (document.querySelectorAll("main tbody tr").length < 50) return;
        clearInterval(timer);
        requestAnimationFrame(() => Object.assign(globalThis, { belfryRowsAfterMs: performance.now() }));
      }, 5);
    });
    await page.goto("/jobs", { waitUntil: "networkidle" });
    const rowsAfterMs = await page.evaluate(() => (globalThis as unknown as { belfryRowsAfterMs?: number }).belfryRowsAfterMs);
    if (rowsAfterMs === undefined) throw new Error("The job list showed no fifty rows.");
    const nodes = await page.evaluate(() => document.getElementsByTagName("*").length);
    return { ...seen, rowsAfterMs, nodes };
  } finally {
    await context.close();
  }
}
