import { readFile } from "node:fs/promises";
import AxeBuilder from "@axe-core/playwright";
import type { APIRequestContext, Locator, Page } from "@playwright/test";
import { plainText } from "@/lib/domain/log-text";
import { environmentOf, sendToQueue } from "./aws-queue";
import { awsCall } from "./bench/aws-call";
import { expect, test } from "./fixtures";
import { awsAddress } from "./house";

test.use({ persona: "admin" });

type Line = [at: number, text: string];
type ToldRun = { path: string; api: string; logGroupName: string; streamOf: (container: string) => string };

const hourMs = 3_600_000;
const logsCall = (operation: string, input: object) => awsCall(awsAddress, `Logs_20140328.${operation}`, input);

/** What the page says of a log, and what can be done with it. */
const viewer = (page: Page) => {
  const log = page.getByRole("region", { name: "Log" });
  return {
    ...{ log, lines: log.getByRole("log"), search: log.getByRole("searchbox", { name: "Search the log" }) },
    found: log.getByRole("status").first(),
    line: (n: number) => log.locator(`[data-line="${n}"]`),
    number: (n: number) => log.getByRole("link", { name: `Line ${n}`, exact: true }),
    marked: () =>
      log.locator("[data-line]:has(a[aria-current])").evaluateAll((rows) => rows.map((row) => Number(row.getAttribute("data-line")))),
    press: (name: string | RegExp) => log.getByRole("button", { name }).click(),
  };
};

const expectSeen = (line: Locator) => expect(line).toBeInViewport();

/** A run of some time ago with the lines of its containers, told as ECS and CloudWatch tell it. */
async function tellRun(
  api: APIRequestContext,
  job: { id: string; slug: string },
  { startedAt, stoppedAt, logs }: { startedAt: number; stoppedAt: number; logs: Record<string, Line[]> },
): Promise<ToldRun> {
  const { name, region, accountId, clusterArn, logGroup } = await environmentOf(api);
  const id = crypto.randomUUID().replaceAll("-", "");
  const taskArn = `${clusterArn.replace(":cluster/", ":task/")}/${id}`;
  const streamOf = (container: string) => `belfry/${container}/${id}`;
  for (const [container, lines] of Object.entries(logs)) {
    if (lines.length === 0) continue;
    const place = { logGroupName: logGroup, logStreamName: streamOf(container) };
    await logsCall("CreateLogStream", place);
    for (let from = 0; from < lines.length; from += 5000) {
      const logEvents = lines.slice(from, from + 5000).map(([timestamp, message]) => ({ timestamp, message }));
      await logsCall("PutLogEvents", { ...place, logEvents });
    }
  }
  const at = (moment: number) => new Date(moment).toISOString();
  const detail = {
    ...{ taskArn, clusterArn, group: `belfry-${job.id}`, lastStatus: "STOPPED", desiredStatus: "STOPPED", version: 5 },
    ...{ createdAt: at(startedAt - 5000), startedAt: at(startedAt), stoppedAt: at(stoppedAt), cpu: "256", memory: "512" },
    ...{ stopCode: "EssentialContainerExited", stoppedReason: "Essential container in task exited" },
    taskDefinitionArn: `arn:aws:ecs:${region}:${accountId}:task-definition/belfry-${name}-journeys:1`,
    containers: Object.keys(logs).map((container) => ({
      name: container,
      lastStatus: "STOPPED",
      exitCode: 0,
      image: "busybox:1.36",
      taskArn,
    })),
    overrides: { containerOverrides: [] },
  };
  const before = await runsOf(api, job.slug);
  await sendToQueue(
    api,
    "events",
    JSON.stringify({ version: "0", "detail-type": "ECS Task State Change", source: "aws.ecs", time: at(stoppedAt), detail }),
  );
  let told: string[] = [];
  await expect
    .poll(async () => {
      told = (await runsOf(api, job.slug)).filter((run) => !before.includes(run));
      return told.length;
    })
    .toBe(1);
  return { path: `/jobs/${job.slug}/runs/${told[0]}`, api: `/api/v1/runs/${told[0]}`, logGroupName: logGroup, streamOf };
}

async function runsOf(api: APIRequestContext, slug: string): Promise<string[]> {
  const { rows } = (await (await api.get(`/api/v1/jobs/${slug}/runs`)).json()) as { rows: { run: { id: string } }[] };
  return rows.map(({ run }) => run.id);
}

/** Starts a job and answers its run. */
async function start(api: APIRequestContext, slug: string): Promise<{ path: string; api: string }> {
  const answer = await api.post(`/api/v1/jobs/${slug}/runs`, { data: { requestKey: crypto.randomUUID() } });
  const { id } = (await answer.json()) as { id: string };
  return { path: `/jobs/${slug}/runs/${id}`, api: `/api/v1/runs/${id}` };
}

test("a log of 100,000 lines is opened late, read from its first line to its last, searched whole and left by keyboard", async ({
  page,
  makeJob,
  api,
}) => {
  const see = viewer(page);
  const words = `{ if (i == 61234) print "ERROR could not reach the warehouse"; else print "line " i (i % 1000 ? " of a long night" : " with a needle") }`;
  const job = await makeJob({
    command: ["sh", "-c", `awk 'BEGIN { for (i = 1; i <= 100000; i++) ${words} }'; for i in $(seq 240); do echo tick $i; sleep 0.5; done`],
  });
  const run = await start(api, job.slug);
  // Whoever opens it late is at its end.
  await expect.poll(async () => (await api.get(`${run.api}/log/lines?from=100003&count=1`)).text()).toContain("tick 3");
  await page.goto(run.path);
  await expect(see.lines).toContainText(/tick \d+/);
  const follow = see.log.getByRole("button", { name: "Follow the log" });
  await expect(follow).toHaveAttribute("aria-pressed", "true");

  await page.keyboard.press("l");
  await expect(see.lines).toBeFocused();
  await page.keyboard.press("Home");
  await expectSeen(see.line(1).getByText("line 1 of a long night"));
  await expect(follow).toHaveAttribute("aria-pressed", "false");
  await expect(see.log.getByRole("button", { name: /^Jump to live · \d+ new$/ })).toBeVisible();
  await page.keyboard.press("PageDown");
  await expect(see.line(1)).not.toBeInViewport();
  await see.lines.evaluate((lines) => lines.scrollTo({ top: lines.scrollHeight / 2 }));
  await expect(see.lines).toContainText(/line (49|50)\d{3} of a long night/);
  expect(await see.log.locator("[data-line]").count()).toBeLessThan(200);

  await page.keyboard.press("Home");
  await expectSeen(see.line(1));
  await page.keyboard.press("/");
  await expect(see.search).toBeFocused();
  await page.keyboard.type("NEEDLE");
  await expect(see.found).toHaveText("100 lines found");
  for (const [key, place, line] of [
    ["Enter", "1/100", 1000],
    ["Enter", "2/100", 2000],
    ["Shift+Enter", "1/100", 1000],
    ["Shift+Enter", "100/100", 100_000],
  ] as const) {
    await page.keyboard.press(key);
    await expect(see.found).toContainText(place);
    await expectSeen(see.line(line).getByText("needle"));
  }
  await expect(see.line(100_000).locator("mark")).toHaveText("needle");
  await page.keyboard.press("Escape");
  await expect(see.lines).toBeFocused();
  await expect(see.search).toHaveValue("");

  await see.press("Go to the first error");
  await expectSeen(see.line(61_234).getByText("could not reach the warehouse"));
  await expect(see.found).toContainText("1/1");
  const { violations } = await new AxeBuilder({ page }).include("section[aria-label='Log']").analyze();
  expect(violations.filter(({ impact }) => impact === "serious" || impact === "critical")).toEqual([]);

  await see.press(/^Jump to live/);
  await expect(follow).toHaveAttribute("aria-pressed", "true");
  await expect(see.lines).toContainText(/tick \d+/);
  await api.post(`${run.api}/stop`);
});

test("a line and a range have addresses, times are told four ways, lines are wrapped, copied and downloaded", async ({
  page,
  context,
  makeJob,
  api,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const see = viewer(page);
  const begin = Math.floor((Date.now() - 3 * hourMs) / hourMs) * hourMs;
  const long = `${"wide ".repeat(100)}end`;
  const textOf = (n: number) => (n === 1501 ? long : n === 2900 ? "y".repeat(10_000) : `\u001b[32mline\u001b[0m ${n}`);
  const plain = (n: number) => plainText(textOf(n));
  const lines = Array.from({ length: 3000 }, (_, index): Line => [begin + index * 1000, textOf(index + 1)]);
  const run = await tellRun(api, await makeJob(), { startedAt: begin - 4000, stoppedAt: begin + hourMs, logs: { main: lines } });
  const read = () => page.evaluate(() => navigator.clipboard.readText());

  await page.goto(run.path);
  await expect(see.log).toContainText("Complete · 3,000 lines");
  await expectSeen(see.line(1));
  await expect(see.line(1)).toHaveText(/^1line 1$/);
  const clock = (timeZone: string) => new Date(begin).toLocaleTimeString("en-GB", { timeZone });
  for (const [change, told] of [
    ["since the start", "+4.000"],
    ["local", `${clock("Europe/Berlin")}.000`],
    ["UTC", `${clock("UTC")}.000`],
  ] as const) {
    await see.press(`Change to ${change}`);
    await expect(see.line(1)).toContainText(told);
  }
  await page.reload();
  await expect(see.line(1)).toContainText(`${clock("UTC")}.000`);
  await see.press("Change to off");
  await expect(see.line(1)).toHaveText(/^1line 1$/);

  await page.goto(`${run.path}#L1500`);
  await expectSeen(see.line(1500));
  await expect.poll(see.marked).toEqual([1500]);
  const height = async () => (await see.line(1501).boundingBox())?.height ?? 0;
  expect(await height()).toBe(20);
  await see.press("Wrap long lines");
  await expect.poll(height).toBeGreaterThan(40);
  expect(await see.lines.evaluate((box) => box.scrollWidth - box.clientWidth)).toBeLessThanOrEqual(0);
  await expectSeen(see.line(1500));
  await see.press("Wrap long lines");

  await see.number(1499).click();
  await expect(page).toHaveURL(/#L1499$/);
  await see.number(1502).click({ modifiers: ["Shift"] });
  await expect(page).toHaveURL(/#L1499-L1502$/);
  await see.press("Copy the marked lines");
  await expect.poll(read).toBe([1499, 1500, 1501, 1502].map(plain).join("\n"));

  const second = await context.newPage();
  await second.goto(page.url());
  const other = viewer(second);
  await expectSeen(other.line(1499));
  await expect.poll(other.marked).toEqual([1499, 1500, 1501, 1502]);
  await second.goto(`${run.path}#L9999`);
  await second.reload();
  await expect(other.log).toContainText("There is no line 9,999: the log ends with line 3,000.");
  await second.bringToFront();
  await second.goto(run.path);
  await expect(other.log).toContainText("Complete · 3,000 lines");
  await other.press("Copy the log");
  await expect(second.getByText("One line is longer than what was copied: the download has all.")).toBeVisible();
  expect((await second.evaluate(() => navigator.clipboard.readText())).split("\n").slice(0, 2)).toEqual(["line 1", "line 2"]);

  const coming = second.waitForEvent("download");
  await other.log.getByRole("link", { name: "Download the whole log" }).click();
  const download = await coming;
  expect(download.suggestedFilename()).toMatch(/^e2e-\w+-\d{8}T\d{6}Z-\w{8}\.log$/);
  const text = await readFile(await download.path(), "utf8");
  expect(text).toBe(lines.map((_, index) => `${plain(index + 1)}\n`).join(""));

  await second.setViewportSize({ width: 390, height: 844 });
  await second.goto(`${run.path}#L1501`);
  await expectSeen(other.line(1501));
  expect(await second.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0);
});

test("the containers of a run are read apart, or merged in the order of their moments", async ({ page, makeJob, api }) => {
  const see = viewer(page);
  const begin = Date.now() - hourMs;
  const every = (ms: number, offset: number, count: number, words: string) =>
    Array.from({ length: count }, (_, index): Line => [begin + offset + index * ms, `${words} ${index + 1}`]);
  const logs = { proxy: every(500, 1, 200, "forwarded"), main: every(250, 0, 400, "answered"), silent: [] };
  const run = await tellRun(api, await makeJob(), { startedAt: begin, stoppedAt: begin + 600_000, logs });
  await page.goto(run.path);
  await expect(see.log).toContainText("Complete · 400 lines");
  await expect(see.line(1)).toContainText("answered 1");
  const choice = (name: string) => see.log.getByRole("radio", { name, exact: true });
  await expect(see.log.getByRole("radiogroup", { name: "Containers" }).getByRole("radio")).toHaveText([
    "main",
    "proxy",
    "silent",
    "Merged",
  ]);

  await choice("proxy").click();
  await expect(see.log).toContainText("Complete · 200 lines");
  await expect(see.line(2)).toContainText("forwarded 2");
  await choice("silent").click();
  await expect(see.lines).toContainText("CloudWatch has no log of this run");
  await choice("Merged").click();
  await expect(see.log).toContainText("Complete · 600 lines");
  await expect(page).toHaveURL(/\?container=\*$/);
  for (const [n, told] of ["mainanswered 1", "proxyforwarded 1", "mainanswered 2", "mainanswered 3", "proxyforwarded 2"].entries())
    await expect(see.line(n + 1)).toHaveText(`${n + 1}${told}`);
  await see.number(4).click();
  await page.reload();
  await expect(choice("Merged")).toBeChecked();
  await expect.poll(see.marked).toEqual([4]);
  const text = await (await api.get(`${run.api}/log/download?container=*`)).text();
  expect(text.split("\n").slice(0, 3)).toEqual(["main: answered 1", "proxy: forwarded 1", "main: answered 2"]);
});

test("a log that AWS throttles, has removed or has let expire says which of these it is", async ({ page, makeJob, api, aws }) => {
  const see = viewer(page);
  const job = await makeJob({ command: ["sh", "-c", "for i in $(seq 240); do echo tick $i; sleep 0.5; done"] });
  const threeDays = 72 * hourMs;
  const old = await tellRun(api, await makeJob(), {
    ...{ startedAt: Date.now() - threeDays - hourMs, stoppedAt: Date.now() - threeDays },
    logs: { main: Array.from({ length: 80 }, (_, index): Line => [Date.now() - threeDays - 60_000 + index, `old line ${index + 1}`]) },
  });
  const never = await tellRun(api, await makeJob(), { startedAt: Date.now() - hourMs, stoppedAt: Date.now() - 60_000, logs: { main: [] } });

  const run = await start(api, job.slug);
  await page.goto(run.path);
  await expect(see.lines).toContainText("tick 1");
  const { logGroup: logGroupName } = await environmentOf(api);
  const { run: known } = (await (await api.get(run.api)).json()) as { run: { logStream: string } };
  await aws.orderFault({
    ...{ service: "logs", operation: "GetLogEvents", times: 2, containing: known.logStream },
    error: { code: "ThrottlingException", message: "Rate exceeded", status: 400 },
  });
  await expect(see.log).toContainText("CloudWatch asks for fewer questions: new lines come a little later.");
  await expect(see.log.locator("p", { hasText: "fewer questions" })).toHaveCount(0);
  const last = Number(/tick (\d+)\D*$/.exec(await see.lines.innerText())?.[1]);
  await expect(see.lines).toContainText(`tick ${last + 3}`);

  await logsCall("DeleteLogStream", { logGroupName, logStreamName: known.logStream });
  await expect(see.log).toContainText("The log was removed from CloudWatch while it was read: what had been read is here.");
  await expect(see.lines).toContainText(`tick ${last + 3}`);
  await api.post(`${run.api}/stop`);

  // The last lines of a run are kept within half a minute, before anybody's retention can have passed.
  await expect
    .poll(async () => ((await (await api.get(old.api)).json()) as { run: { logTail: object[] | null } }).run.logTail?.length, {
      timeout: 60_000,
    })
    .toBe(50);
  try {
    await logsCall("PutRetentionPolicy", { logGroupName, retentionInDays: 1 });
    await page.goto(old.path);
    await expect(see.log).toContainText("its retention has passed. Belfry kept its last 50 lines with the run.");
    await see.lines.press("End");
    await expectSeen(see.line(50).getByText("old line 80"));
  } finally {
    await logsCall("PutRetentionPolicy", { logGroupName, retentionInDays: 30 });
  }
  try {
    await logsCall("DeleteLogGroup", { logGroupName });
    await page.goto(never.path);
    await expect(see.lines).toContainText(
      `CloudWatch has no log group ${logGroupName} (any more): it was removed, and what it held with it.`,
    );
  } finally {
    await logsCall("CreateLogGroup", { logGroupName });
  }
  // It is asked again by whoever comes next.
  await page.reload();
  await expect(see.lines).toContainText("CloudWatch has no log of this run: it was removed or its retention has passed");
  await expect(see.search).toHaveCount(0);
});
