import type { APIRequestContext, Page } from "@playwright/test";
import { visibleText } from "@/lib/domain/plain-line";
import { hostileTexts } from "@/lib/testing/hostile-texts";
import { environmentOf, sendToQueue } from "./aws-queue";
import { expect, test } from "./fixtures";
import { screen } from "./screen";

test.use({ persona: "admin" });

const markup = hostileTexts.map(([, text]) => text).filter((text) => /[<{:=]/.test(text) && text.length < 100);
/** What a process can be given and can print: no NUL, no half characters. */
const printable = hostileTexts.map(([, text]) => text.replaceAll("\u0000", "").toWellFormed());
const bytes = "printf 'invalid \\377\\376\\300\\257 and \\000 nul and \\033[2J\\033]0;title\\007 gone\\n'";

/** What a page must not have done, however it was written to. */
async function expectUnharmed(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  const found = await page.evaluate(() => ({
    ran: (globalThis as { harmed?: string }).harmed ?? null,
    elements: document.querySelectorAll("img[src='x'], svg[onload], a[href^='javascript:'], [onerror]").length,
    words: [...document.querySelectorAll("h1, td, dd, pre, button")].map((element) => element.textContent).join("\n"),
    tooWide:
      document.documentElement.scrollWidth > document.documentElement.clientWidth &&
      [...document.querySelectorAll("main *")]
        .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
        .map((element) => `${element.tagName} ${element.className} ${element.textContent?.slice(0, 40)}`)
        .slice(0, 12),
  }));
  const { words, ...harm } = found;
  expect({ ...harm, unseen: visibleText(words).length - words.length }, page.url()).toEqual({
    ran: null,
    elements: 0,
    tooWide: false,
    unseen: 0,
  });
}

/** Tells of a task of the job that failed and says this everywhere. */
async function tellFailure(api: APIRequestContext, jobId: string, text: string): Promise<void> {
  const { name, region, accountId, clusterArn } = await environmentOf(api);
  const taskArn = `${clusterArn.replace(":cluster/", ":task/")}/${crypto.randomUUID().replaceAll("-", "")}`;
  const at = new Date().toISOString();
  // A message of SQS holds 1 MiB: the longest text stands whole in one place.
  const short = text.slice(0, 4000);
  const container = { name: "main", lastStatus: "STOPPED", exitCode: 1, reason: short, image: short, imageDigest: short, taskArn };
  const detail = {
    ...{ taskArn, clusterArn, group: `belfry-${jobId}`, lastStatus: "STOPPED", desiredStatus: "STOPPED", version: 5 },
    ...{ createdAt: at, startedAt: at, stoppedAt: at, stopCode: short, stoppedReason: text, startedBy: short, cpu: "256", memory: "512" },
    taskDefinitionArn: `arn:aws:ecs:${region}:${accountId}:task-definition/belfry-${name}-journeys:1`,
    containers: [container, { ...container, name: short }],
    overrides: { containerOverrides: [{ name: "main", command: [short], environment: [{ name: "GREETING", value: short }] }] },
  };
  const event = { version: "0", "detail-type": "ECS Task State Change", source: "aws.ecs", time: at, detail };
  await sendToQueue(api, "events", JSON.stringify(event));
}

test("whatever people, containers and AWS write, it is only words", async ({ page, api, makeJob }) => {
  test.slow();
  const troubles: string[] = [];
  page.on("dialog", (dialog) => void dialog.dismiss().then(() => troubles.push(`a dialog: ${dialog.message()}`)));
  page.on("console", (message) => {
    if (message.type() === "error") troubles.push(message.text());
  });
  page.on("pageerror", (error) => troubles.push(String(error)));

  const see = screen(page);
  const job = await makeJob({
    name: markup[1] ?? "",
    description: markup.join("\n"),
    labels: { team: markup[0] ?? "", link: "javascript:globalThis.harmed='label'" },
    environment: printable.slice(0, 10).map((value, index) => ({ name: `GREETING_${index}`, value })),
    command: ["sh", "-c", `env | sort; ${bytes}; head -c 100000 /dev/zero | tr '\\0' x; echo; exit 3`],
  });
  await see.openJob(job.slug);
  await see.expectVerified();
  await see.press("Run now");
  await expect(see.failure()).toBeVisible();
  const run = new URL(page.url()).pathname;
  await expect(see.log()).toContainText("gone");

  for (const [, text] of hostileTexts) await tellFailure(api, job.id, text);
  const runs = async () =>
    ((await (await api.get(`/api/v1/jobs/${job.slug}/runs`)).json()) as { rows: { id: string; run?: { id: string } }[] }).rows.map(
      (row) => row.run?.id ?? row.id,
    );
  await expect.poll(async () => (await runs()).length).toBe(hostileTexts.length + 1);

  const paths = ["/", "/jobs", "/jobs?search=onerror", `/jobs/${job.slug}`, `/jobs/${job.slug}/edit`, `/jobs/${job.slug}/revisions`];
  const told = (await runs()).map((id) => `/jobs/${job.slug}/runs/${id}`);
  for (const path of [...paths, `/jobs/${job.slug}/runs`, "/audit", "/settings/works", run, ...told]) {
    await page.goto(path);
    await expectUnharmed(page);
  }
  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of [...paths, run, ...told.slice(0, 4)]) {
    await page.goto(path);
    await expectUnharmed(page);
  }
  expect(troubles).toEqual([]);

  const download = await api.get(`/api/v1/runs/${run.split("/").at(-1)}/log/download`);
  expect(download.headers()).toMatchObject({
    "content-type": "text/plain; charset=utf-8",
    "content-disposition": expect.stringMatching(/^attachment/),
    "x-content-type-options": "nosniff",
  });
  const words = await download.text();
  expect(words).toContain("<script>globalThis.harmed = 'script'</script>");
  expect(words).toContain("x".repeat(100_000));
});
