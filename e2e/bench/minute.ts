import type { Page } from "@playwright/test";
import pg from "pg";
import type { BenchHouse } from "./bench-house";
import { type Figure, percentile } from "./figures";
import { makeJob, pause, until, untilVerified } from "./jobs";

const jobs = 100;
/** One page of the list of jobs shows fifty: two applications are two pages. */
const applications = ["minute-a", "minute-b"];
const boundSeconds = 5;

/** When a page first showed a row of a job, and when it first showed a run of it as ended; milliseconds since 1970 by the job's slug. */
type Seen = { rows: Record<string, number>; ended: Record<string, number> };
/** What ECS tells, in milliseconds since 1970. */
type Task = { slug: string; createdAt: number; stoppedAt: number };

/**
 * A hundred jobs that are due at the same minute, while the list of jobs and the list of runs are open in a browser: how long
 * after ECS took and ended a task its run stands there.
 */
export async function measureMinute(house: BenchHouse): Promise<Figure[]> {
  // Far enough away to save a hundred jobs, and to open the pages.
  const due = new Date(Math.ceil((Date.now() + 40_000) / 60_000) * 60_000);
  const mark = due.getTime().toString(36);
  const expression = `at(${due.toISOString().slice(0, 19)})`;
  const slugs = Array.from({ length: jobs }, (_, n) => `minute-${mark}-${n}`);
  await Promise.all(
    applications.map(async (application, part) => {
      const own = slugs.filter((_, n) => n % applications.length === part);
      for (const slug of own) await makeJob(house.api, slug, ["sleep", "6"], { expression, application: `${application}-${mark}` });
      for (const slug of own) await untilVerified(house.api, slug);
    }),
  );

  const context = await house.browser.newContext({ baseURL: house.address, storageState: house.stateFile });
  const client = new pg.Client({ connectionString: house.databaseUrl });
  await client.connect();
  try {
    await context.addInitScript(watchRows);
    const open = async (path: string): Promise<Page> => {
      const page = await context.newPage();
      await page.goto(path, { waitUntil: "networkidle" });
      return page;
    };
    const jobPages = await Promise.all(applications.map((application) => open(`/jobs?application=${application}-${mark}`)));
    const runPage = await open("/runs");
    if (Date.now() > due.getTime()) throw new Error("The hundred jobs were not saved before their minute.");
    await pause(due.getTime() - Date.now());

    const tasks = await until(
      "end of the hundred runs",
      async () => {
        const { rows } = await client.query<Task>(
          `select job.slug, (extract(epoch from (phases->>'createdAt')::timestamptz) * 1000)::float8 as "createdAt",
             (extract(epoch from stopped_at) * 1000)::float8 as "stoppedAt"
           from run join job on job.id = run.job_id where job.slug = any($1) and run.state = 'succeeded'`,
          [slugs],
        );
        return rows.length >= jobs ? rows : null;
      },
      120,
      200,
    );
    await pause(2 * boundSeconds * 1000);
    const inJobs = joined(await Promise.all(jobPages.map(readSeen)));
    const inRuns = await readSeen(runPage);
    const shown = tasks.filter(({ slug }) => inRuns.rows[slug] !== undefined);
    const begun = shown.map(({ slug, createdAt }) => (inRuns.rows[slug] ?? Number.NaN) - createdAt);
    const ended = tasks.map(({ slug, stoppedAt }) => (inJobs.ended[slug] ?? Number.POSITIVE_INFINITY) - stoppedAt);
    return [
      figureOf(`100 jobs due at one minute: ECS took a task to its run on the page of runs (${shown.length} fit)`, begun, 50),
      figureOf("100 jobs due at one minute: ECS ended a task to its end on the pages of jobs", ended, jobs),
    ];
  } finally {
    await client.end();
    await context.close();
  }
}

function figureOf(what: string, milliseconds: number[], expected: number): Figure {
  const seconds = (share: number) => `${(percentile(milliseconds, share) / 1000).toFixed(1)} s`;
  return {
    what,
    figure: `median ${seconds(0.5)}, slowest ${seconds(1)}, n = ${milliseconds.length}`,
    bound: `all ${expected} within ${boundSeconds} s`,
    held: milliseconds.length >= expected && Math.max(...milliseconds) <= boundSeconds * 1000,
  };
}

const readSeen = (page: Page): Promise<Seen> => page.evaluate(() => (globalThis as unknown as { belfrySeen: Seen }).belfrySeen);

const joined = (all: Seen[]): Seen => ({
  rows: Object.assign({}, ...all.map(({ rows }) => rows)),
  ended: Object.assign({}, ...all.map(({ ended }) => ended)),
});

/** Runs in the page before anything else of it. */
function watchRows(): void {
  const seen: Seen = { rows: {}, ended: {} };
  Object.assign(globalThis, { belfrySeen: seen });
  // Nothing in here has a name: what names functions for stack traces is not in the browser.
  new MutationObserver(() => {
    for (const row of document.querySelectorAll("main tbody tr")) {
      const slug = /\/jobs\/([^/?]+)/.exec(row.querySelector("a")?.getAttribute("href") ?? "")?.[1];
      if (!slug) continue;
      seen.rows[slug] ??= Date.now();
      if (row.textContent?.includes("Succeeded")) seen.ended[slug] ??= Date.now();
    }
  }).observe(document, { childList: true, subtree: true, characterData: true });
}
