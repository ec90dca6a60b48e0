import type { APIRequestContext, Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { health, killAndAwaitNext, signal, withPostgresAway } from "./house-parts";
import { screen } from "./screen";

/** A job's schedule as it stands in the Scheduler's console. */
const scheduleOf = ({ id, slug }: { id: string; slug: string }) => ({ scheduleName: `blf-${id}-${slug}`, groupName: "belfry-sandbox" });
/** As the Scheduler names it: status and code differ from service to service. */
const throttled = { code: "ThrottlingException", message: "Rate exceeded", status: 429 };

type RunList = { rows: { run: { id: string; state: string; exitCode: number | null } }[] };

const syncOf = async (api: APIRequestContext, slug: string) =>
  ((await (await api.get(`/api/v1/jobs/${slug}`)).json()) as { sync: string }).sync;
const runsOf = async (api: APIRequestContext, slug: string) =>
  ((await (await api.get(`/api/v1/jobs/${slug}/runs`)).json()) as RunList).rows.map(({ run }) => run);
const statesOf = async (api: APIRequestContext, slug: string) => (await runsOf(api, slug)).map(({ state }) => state);

test("Postgres is away for a while: everything says so in a sentence, and goes on by itself when it is back", async ({
  page,
  context,
  browser,
  baseURL,
  makeJob,
  api,
  aws,
}) => {
  const see = screen(page);
  const job = await makeJob();
  await expect.poll(() => syncOf(api, job.slug)).toBe("verified");
  await see.openJob(job.slug);
  const moved = await context.newPage();
  await moved.goto("/jobs");
  await moved.waitForLoadState("networkidle");
  const stranger = await (await browser.newContext({ baseURL, storageState: { cookies: [], origins: [] } })).newPage();

  await withPostgresAway(async () => {
    await expect.poll(health).toMatchObject({ status: 503, postgres: "away" });
    const refused = await api.get("/api/v1/jobs");
    expect(refused.status()).toBe(503);
    expect(await refused.json()).toEqual({
      error: { word: "unavailable", sentence: expect.stringContaining("The database does not answer"), faults: [] },
    });
    // A page that is asked for, one that is moved to, and the button on one that was open.
    const asked = await context.newPage();
    await asked.goto(`/jobs/${job.slug}`);
    await moved.getByRole("navigation").getByRole("link", { name: "Audit" }).click();
    for (const told of [asked, moved]) {
      await expect(told.getByRole("heading", { level: 1 })).toHaveText("Belfry's database does not answer");
      await expect(told.locator("body")).not.toContainText(/prisma|ECONNREFUSED|\.js:\d+/i);
    }
    await expect(asked.getByText("Jobs go on firing by their schedules in AWS")).toBeVisible();
    await asked.close();
    await stranger.goto("/sign-in");
    await stranger.getByLabel(/e-?mail/i).fill("viewer@example.com");
    await stranger.getByLabel(/password/i).fill("whatever it is");
    await stranger.getByRole("button", { name: "Sign in" }).click();
    await expect(stranger.getByRole("alert").filter({ hasText: /./ })).toContainText(/database|does not answer/i);

    // AWS needs no Postgres to fire.
    const before = (await aws.insideCalls())["ecs.RunTask"] ?? 0;
    await aws.fire(scheduleOf(job));
    await expect.poll(async () => (await aws.insideCalls())["ecs.RunTask"] ?? 0).toBeGreaterThan(before);
  });

  await expect(see.headline()).toContainText(job.name);
  await expect(moved.getByRole("heading", { level: 1 })).toHaveText("Audit");
  await expect.poll(() => statesOf(api, job.slug), { timeout: 60_000 }).toEqual(["succeeded"]);
  // A page at rest looks again every half minute.
  await expect(page.getByRole("table", { name: `Last runs of ${job.name}` }).getByRole("row")).toHaveCount(2, { timeout: 45_000 });
  await stranger.context().close();
});

test("a log that is open while Postgres is away is told on, with every line once", async ({ page, makeJob }) => {
  const see = screen(page);
  const job = await makeJob({ command: ["sh", "-c", "for i in $(seq 24); do echo tick $i; sleep 0.5; done"] });
  await see.openJob(job.slug);
  await see.press("Run now");
  await expect(see.log()).toContainText("tick 2");
  await withPostgresAway(async () => {
    await expect.poll(health).toMatchObject({ postgres: "away" });
  });
  await expectTicks(page, 24);
  await expect(see.headline()).toContainText(/succeeded/i);
});

test("a worker that hangs and is killed is replaced: what was saved meanwhile is verified, what ended is told truly", async ({
  page,
  makeJob,
  api,
  aws,
}) => {
  const see = screen(page);
  const ending = await makeJob({ command: ["sh", "-c", "echo going; sleep 4; exit 41"] });
  await expect.poll(() => syncOf(api, ending.slug)).toBe("verified");
  await aws.fire(scheduleOf(ending));
  await expect.poll(() => statesOf(api, ending.slug)).toEqual(["running"]);

  signal("worker", "SIGSTOP");
  const saved = await makeJob();
  await see.openJob(saved.slug);
  await expect(page.getByText("Verified (not yet)")).toBeVisible();
  expect(await syncOf(api, saved.slug)).toBe("saved");
  // Nobody in the house knows yet that it ended: AWS's side is asked, which tells its last event once more.
  await expect.poll(() => aws.redeliverEvents({ containing: '"exitCode":41', limit: 1 })).toBe(1);
  await killAndAwaitNext("worker");

  await expect.poll(() => syncOf(api, saved.slug)).toBe("verified");
  await see.expectVerified();
  await expect.poll(() => runsOf(api, ending.slug), { timeout: 90_000 }).toMatchObject([{ state: "failed", exitCode: 41 }]);
});

test("the web server is killed again and again under an open log: the page stays, and goes on where it was", async ({ page, makeJob }) => {
  const see = screen(page);
  const job = await makeJob({ command: ["sh", "-c", "for i in $(seq 24); do echo tick $i; sleep 0.5; done"] });
  await see.openJob(job.slug);
  await see.press("Run now");
  await expect(see.log()).toContainText("tick 2");
  await killAndAwaitNext("web");
  await expect.poll(async () => (await health()).status).toBe(200);
  await expect(see.log()).toContainText("tick 8");
  await killAndAwaitNext("web");
  await expectTicks(page, 24);
  await expect(see.headline()).toContainText(/succeeded/i);
});

test("a page that asks while the web server is away stays, says so, and goes on", async ({ page, makeJob }) => {
  const job = await makeJob();
  await page.goto(`/jobs/${job.slug}`);
  await page.waitForLoadState("networkidle");
  const away = page.getByText("Belfry's web server cannot be reached");
  await page.context().setOffline(true);
  await page.getByRole("navigation").getByRole("link", { name: "Audit" }).click();
  await expect(away).toBeVisible();
  await expect(page.getByText(job.name).first()).toBeVisible();
  await page.context().setOffline(false);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Audit");
  await expect(away).toHaveCount(0);
});

test("events that come three times, late and again change nothing about a run", async ({ makeJob, page, api, aws }) => {
  const before = await aws.settings();
  const job = await makeJob({ command: ["sh", "-c", "echo once; exit 3"] });
  await expect.poll(() => syncOf(api, job.slug)).toBe("verified");
  try {
    await aws.changeSettings({ eventCopies: 3, eventDelayMs: 3000 });
    await aws.fire(scheduleOf(job));
    await expect.poll(() => runsOf(api, job.slug)).toMatchObject([{ state: "failed", exitCode: 3 }]);
    const [first] = await runsOf(api, job.slug);
    expect(await aws.redeliverEvents({ containing: job.id, newestFirst: true })).toBeGreaterThan(2);
    // One that is fired afterwards is seen after all of them.
    await aws.fire(scheduleOf(job));
    await expect.poll(() => statesOf(api, job.slug)).toEqual(["failed", "failed"]);
    expect((await runsOf(api, job.slug))[1]).toEqual(first);
    await page.goto(`/jobs/${job.slug}`);
    await expect(page.getByRole("table", { name: `Last runs of ${job.name}` }).getByRole("row")).toHaveCount(3);
  } finally {
    await aws.changeSettings({ eventCopies: before.eventCopies, eventDelayMs: before.eventDelayMs });
  }
});

test("AWS throttles one job: its page says that it is tried again, and then it is verified", async ({ page, makeJob, aws }) => {
  const see = screen(page);
  try {
    await aws.orderFault({ service: "scheduler", operation: "CreateSchedule", times: 3, error: throttled });
    const job = await makeJob();
    await see.openJob(job.slug);
    await expect(page.getByRole("heading", { name: /AWS asks for fewer changes: trying again at/ })).toBeVisible();
    await expect(page.getByText("Nothing needs to be done")).toBeVisible();
    await expect(page.getByRole("region", { name: "What AWS says" })).toHaveCount(0, { timeout: 60_000 });
    await see.expectVerified();
    expect(await aws.faults()).toEqual([]);
  } finally {
    await aws.forgetFaults();
  }
});

test("AWS throttles everything: every page says so and what waits, and then what was saved is verified", async ({
  page,
  makeJob,
  api,
  aws,
}) => {
  const see = screen(page);
  const notice = page.getByText(/The worker does not get on with AWS \(Rate exceeded\) and tries again by itself: what you save waits/);
  try {
    await aws.orderFault({ service: "scheduler", operation: "*", times: 1000, error: throttled });
    const job = await makeJob();
    await see.openJob(job.slug);
    await expect(notice).toBeVisible();
    expect(await syncOf(api, job.slug)).toBe("saved");
    await aws.forgetFaults();
    await expect.poll(() => syncOf(api, job.slug), { timeout: 60_000 }).toBe("verified");
    await expect(notice).toHaveCount(0);
    await see.expectVerified();
  } finally {
    await aws.forgetFaults();
  }
});

/** The log is complete and has the lines "tick 1" to "tick n", each once. */
async function expectTicks(page: Page, count: number): Promise<void> {
  await expect(page.getByRole("region", { name: "Log" })).toContainText(`Complete · ${count} lines`, { timeout: 60_000 });
  const lines = await screen(page).log().locator("[data-line]").allInnerTexts();
  const ticks = lines.map((line) => /tick \d+/.exec(line)?.[0]);
  expect(ticks).toEqual(Array.from({ length: count }, (_, index) => `tick ${index + 1}`));
}
