import { expect, test } from "./fixtures";
import { screen } from "./screen";

test.use({ persona: "admin" });

test("somebody builds a job with the builder, watches it fire, and deletes it by typing its name", async ({ page }) => {
  const see = screen(page);
  const name = `Heartbeat ${Date.now()}`;
  await page.goto("/jobs/new");
  await page.waitForLoadState("networkidle");
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Image").fill("busybox:1.36");
  await page.getByRole("textbox", { name: /^Command/ }).fill(`sh -c 'echo "the heart beats"; sleep 3; echo done'`);
  await expect(page.getByRole("list", { name: "Command in parts" }).getByRole("listitem")).toHaveCount(3);
  await page.getByRole("radio", { name: "Every few minutes" }).click();
  await page.getByLabel("Minutes", { exact: true }).fill("1");
  await expect(page.getByRole("complementary", { name: "Preview" })).toContainText(/every minute/i);
  await page.getByRole("button", { name: "Save and apply" }).click();

  await expect(page.getByRole("heading", { level: 1 })).toContainText(name);
  await see.expectVerified();
  // Nobody presses anything: EventBridge Scheduler fires at the next full minute.
  const runs = page.getByRole("table", { name: `Last runs of ${name}` });
  await expect(runs.getByRole("row").nth(1)).toContainText(/starting|running|succeeded/i, { timeout: 90_000 });
  await runs.getByRole("row").nth(1).getByRole("link").first().click();
  await expect(see.log()).toContainText("the heart beats");
  await expect(see.headline()).toContainText(/succeeded/i, { timeout: 30_000 });

  await page.getByRole("link", { name, exact: true }).first().click();
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByLabel(`Type ${name} to delete it`).fill(name);
  await page.getByRole("button", { name: "Delete the job" }).click();
  await expect(page).toHaveURL(/\/jobs$/);
  await expect(page.getByRole("link", { name })).toHaveCount(0);
});

test("a crontab line is taken and shown as AWS's, and a wrong one says its field and a way out", async ({ page }) => {
  await page.goto("/jobs/new");
  await page.waitForLoadState("networkidle");
  await page.getByRole("tab", { name: "Expression" }).click();
  await page.getByRole("textbox", { name: "Schedule" }).fill("30 2 * * 1-5");
  await expect(page.getByText("cron(30 2 ? * MON-FRI *)").first()).toBeVisible();
  await page.getByRole("textbox", { name: "Schedule" }).fill("cron(0 25 * * ? *)");
  await expect(page.getByText(/hours.*25/i).first()).toBeVisible();
  await page.getByLabel("Name", { exact: true }).fill("Never saved");
  await page.getByRole("button", { name: "Save and apply" }).click();
  await expect(page.getByRole("alert").filter({ hasText: /image/i })).toBeVisible();
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue("Never saved");
  await expect(page).toHaveURL(/\/jobs\/new$/);
});

test("where the clocks change the preview marks the row", async ({ page }) => {
  await page.goto("/jobs/new");
  await page.waitForLoadState("networkidle");
  await page.getByRole("tab", { name: "Expression" }).click();
  await page.getByRole("textbox", { name: "Schedule" }).fill("cron(30 2 L MAR,OCT ? *)");
  await page.getByLabel("Time zone").click();
  await page.keyboard.type("Europe/Berlin");
  await page.getByRole("option", { name: /Europe\/Berlin/ }).click();
  await expect(page.getByRole("complementary", { name: "Preview" })).toContainText(/clocks go/i);
});
