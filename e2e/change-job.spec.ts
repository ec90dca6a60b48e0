import { expect, test } from "./fixtures";
import { screen } from "./screen";

test("an edit is applied and stands in the revisions; what another saved first is not overwritten", async ({ page, makeJob, api }) => {
  const see = screen(page);
  const job = await makeJob();
  await page.goto(`/jobs/${job.slug}/edit`);
  await page.waitForLoadState("networkidle");
  await page.getByLabel("Description").fill("Now with a description");
  const { job: stored } = (await (await api.get(`/api/v1/jobs/${job.slug}`)).json()) as { job: Record<string, unknown> };
  await page.getByRole("button", { name: "Save and apply" }).click();
  await expect(page.getByText("Now with a description")).toBeVisible();
  await see.expectVerified();

  await page.goto(`/jobs/${job.slug}/edit`);
  await page.waitForLoadState("networkidle");
  const answer = await api.put(`/api/v1/jobs/${job.slug}`, { data: { ...stored, description: "From somebody else" } });
  expect(answer.ok()).toBe(true);
  await page.getByLabel("Description").fill("Mine");
  await page.getByRole("button", { name: "Save and apply" }).click();
  await expect(page.getByRole("alert").filter({ hasText: /saved/i })).toBeVisible();
  await expect(page.getByLabel("Description")).toHaveValue("Mine");
});

test("a paused job says so with its reason, does not fire, and goes on when it is resumed", async ({ page, makeJob }) => {
  const see = screen(page);
  const job = await makeJob({ expression: "rate(1 minute)" });
  await see.openJob(job.slug);
  await see.press("Pause");
  await page.getByLabel(/Reason/).fill("database upgrade");
  await see.press("Pause the job");
  await expect(page.getByText("database upgrade")).toBeVisible();
  await see.expectVerified();
  await page.goto("/jobs?state=paused");
  await expect(page.getByRole("link", { name: job.name })).toBeVisible();
  await see.openJob(job.slug);
  await see.press("Resume");
  await expect(page.getByText("database upgrade")).toHaveCount(0);
  await see.expectVerified();
});

test("what AWS refuses is said on the job in words, and a change that AWS takes clears it", async ({ page, makeJob, aws }) => {
  const see = screen(page);
  await aws.orderFault({
    service: "scheduler",
    operation: "CreateSchedule",
    times: 1,
    error: {
      code: "AccessDeniedException",
      message: "User: belfry is not authorized to perform: iam:PassRole on resource: belfry-scheduler",
      status: 403,
    },
  });
  const job = await makeJob();
  await see.openJob(job.slug);
  await page.getByText("AWS's own words").click();
  await expect(page.getByText("not authorized to perform: iam:PassRole")).toBeVisible();
  await page.goto(`/jobs/${job.slug}/edit`);
  await page.waitForLoadState("networkidle");
  await page.getByLabel("Description").fill("Again");
  await page.getByRole("button", { name: "Save and apply" }).click();
  await see.expectVerified();
});
