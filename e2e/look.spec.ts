import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "./fixtures";
import { screen } from "./screen";

test.use({ persona: "admin" });

for (const theme of ["light", "dark"] as const)
  test(`no page has a serious fault for those who see, hear or move otherwise (${theme})`, async ({ page, makeJob }) => {
    const see = screen(page);
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    const job = await makeJob({ command: ["sh", "-c", "echo to the end; exit 2"] });
    await see.openJob(job.slug);
    await see.press("Run now");
    await expect(see.failure()).toBeVisible();
    const run = new URL(page.url()).pathname;
    for (const path of [
      run,
      "/",
      "/jobs",
      "/jobs?search=nothing-like-this",
      "/jobs/new",
      `/jobs/${job.slug}`,
      `/jobs/${job.slug}/edit`,
      `/jobs/${job.slug}/runs`,
      "/runs",
      "/audit",
      "/settings/works",
      "/settings/people",
      "/settings/environments",
    ]) {
      await page.goto(path);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      const { violations } = await new AxeBuilder({ page }).analyze();
      const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
      expect(serious.map(({ id, nodes }) => `${path}: ${id}: ${nodes.map((node) => node.html).join("\n")}`)).toEqual([]);
    }
  });

test("nothing is wider than a phone", async ({ page, makeJob }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const job = await makeJob({ name: "A job with a name that is rather long for a small screen" });
  const own = ["", "/edit", "/runs", "/revisions"].map((end) => `/jobs/${job.slug}${end}`);
  for (const path of ["/", "/jobs", "/jobs/new", ...own, "/runs", "/audit", "/settings/works"]) {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
      path,
    ).toBeLessThanOrEqual(0);
  }
});

test("a job is paused by keyboard alone", async ({ page, makeJob }) => {
  const see = screen(page);
  const job = await makeJob();
  await see.openJob(job.slug);
  const pause = page.getByRole("button", { name: "Pause" });
  for (let presses = 0; presses < 60 && !(await pause.evaluate((button) => button === document.activeElement)); presses += 1)
    await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.keyboard.type("by keyboard");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByText("by keyboard")).toBeVisible();
  await expect(page.getByRole("dialog")).toHaveCount(0);
});
