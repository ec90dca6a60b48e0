import type { APIRequestContext } from "@playwright/test";
import { sendToQueue } from "./aws-queue";
import { expect, test } from "./fixtures";
import { screen } from "./screen";

test.use({ persona: "admin" });

const scheduleOf = ({ id, slug }: { id: string; slug: string }) => ({ scheduleName: `blf-${id}-${slug}`, groupName: "belfry-sandbox" });

type RunList = { rows: { run: { id: string; state: string } }[] };
const runsOf = async (api: APIRequestContext, slug: string) =>
  ((await (await api.get(`/api/v1/jobs/${slug}/runs`)).json()) as RunList).rows.map(({ run }) => run);

test("a start that the Scheduler gave up is a failed run of its moment, with AWS's words, and the job can be run from there", async ({
  page,
  api,
  aws,
  makeJob,
}) => {
  const see = screen(page);
  const job = await makeJob({ image: "sandbox/pass-role-refused", maximumRetryAttempts: 0 });
  await see.openJob(job.slug);
  await see.expectVerified();
  await aws.fire(scheduleOf(job));
  await expect.poll(async () => (await runsOf(api, job.slug)).map(({ state }) => state), { timeout: 60_000 }).toEqual(["failed"]);
  const [run] = await runsOf(api, job.slug);

  await page.goto(`/jobs/${job.slug}/runs/${run?.id}`);
  await expect(see.headline()).toContainText("the role may not be passed to ECS");
  await expect(page.getByText("in the dead letters")).toBeVisible();
  await see.failure().getByText("AWS's own words").click();
  await expect(see.failure()).toContainText("iam:PassRole");
  await expect(see.failure().getByRole("link", { name: /IAM/ })).toHaveAttribute("href", /^https:\/\/.*console\.aws\.amazon\.com\/iam/);
  await expect(page.getByText("There is no log: no container of this run ever started.")).toBeVisible();

  await see.press("Run now");
  await expect(page).not.toHaveURL(new RegExp(`${run?.id}$`));
  await expect(page.getByText(/^Asked for by/).first()).toBeVisible();
});

test("a moment that AWS delivers twice is one run, and the second task is shown as such", async ({ page, api, aws, makeJob }) => {
  const see = screen(page);
  const job = await makeJob();
  await see.openJob(job.slug);
  await see.expectVerified();
  // Delivered within one second it is the same moment; by chance a second may end between the two.
  await expect(async () => {
    await Promise.all([aws.fire(scheduleOf(job)), aws.fire(scheduleOf(job))]);
    await expect.poll(async () => (await runsOf(api, job.slug)).filter(({ state }) => state !== "succeeded")).toEqual([]);
    await page.goto(`/jobs/${job.slug}/runs`);
    await expect(page.getByText("Started a second time for the same moment").first()).toBeVisible({ timeout: 5000 });
  }).toPass();
  await page.getByRole("row").filter({ hasText: "Started a second time" }).first().getByRole("link").first().click();
  await page.getByRole("link", { name: "this moment's run" }).click();
  await expect(page.getByRole("link", { name: "the other task" })).toBeVisible();
});

test("what nobody can read is kept aside and shown, and holds up nothing", async ({ page, api, aws, makeJob }) => {
  const see = screen(page);
  const job = await makeJob();
  await see.openJob(job.slug);
  await see.expectVerified();
  const words = `not JSON at all, ${job.slug}`;
  await sendToQueue(api, "events", words);
  await aws.fire(scheduleOf(job));
  await expect.poll(async () => (await runsOf(api, job.slug)).map(({ state }) => state), { timeout: 30_000 }).toEqual(["succeeded"]);

  await page.goto("/settings/works");
  const aside = page
    .getByRole("listitem")
    .filter({ hasText: `${words.length} characters` })
    .first();
  await aside.getByText(/^The message \(/).click();
  await expect(aside).toContainText(words);
  await aside.getByRole("button", { name: /^Dismiss/ }).click();
  await expect(page.getByText(words)).toHaveCount(0);
});
