import { expect, test } from "./fixtures";
import { screen } from "./screen";

test("run now: the log is followed while it is written, with its colours", async ({ page, makeJob }) => {
  const see = screen(page);
  const job = await makeJob({
    command: ["sh", "-c", "printf '\\033[32mgreen light\\033[0m\\n'; for i in 1 2 3 4; do echo step $i; sleep 1; done; echo finished"],
  });
  await see.openJob(job.slug);
  await see.press("Run now");
  await expect(see.log()).toContainText("green light");
  await expect(see.log().getByText("green light")).not.toHaveCSS("color", await see.log().evaluate((log) => getComputedStyle(log).color));
  await expect(see.log()).toContainText("finished");
  await expect(see.headline()).toContainText(/succeeded/i);
  await expect(page.getByRole("region", { name: "Log" })).toContainText(/complete/i, { timeout: 60_000 });
});

test("a failure says the exit code, shows what the program said, and the run can be run again as it was", async ({ page, makeJob }) => {
  const see = screen(page);
  const job = await makeJob({ command: ["sh", "-c", "echo 'could not reach the warehouse' >&2; exit 3"] });
  await see.openJob(job.slug);
  await see.press("Run now");
  await expect(see.failure()).toContainText("3");
  await expect(see.failure()).toContainText(/next step/i);
  await expect(see.log()).toContainText("could not reach the warehouse");
  const first = page.url();
  await page.getByRole("button", { name: "Run again as it was" }).first().click();
  await expect(page).not.toHaveURL(first);
  await expect(see.failure()).toContainText("3");
});

test.describe("what a command cannot cause has an image name, and each is explained", () => {
  for (const [image, words] of [
    ["sandbox/out-of-memory", /memory/i],
    ["sandbox/no-such-image", /image/i],
    ["sandbox/spot-taken", /spot/i],
  ] as const)
    test(image, async ({ page, makeJob }) => {
      const see = screen(page);
      // Long enough for what takes the task away while it runs.
      const job = await makeJob({ image, command: ["sleep", "60"] });
      await see.openJob(job.slug);
      await see.press("Run now");
      await expect(see.failure().getByRole("heading")).toContainText(words);
      await page.getByText("AWS's own words").click();
    });
});

test("a run that goes on is stopped, and the page says by whom", async ({ page, makeJob }) => {
  const see = screen(page);
  const job = await makeJob({ command: ["sh", "-c", "echo started; exec sleep 300"] });
  await see.openJob(job.slug);
  await see.press("Run now");
  await expect(see.log()).toContainText("started");
  await see.press("Stop");
  await page.getByRole("button", { name: "Stop the run" }).click();
  await expect(see.headline()).toContainText(/stopped by The operator/i);
});
