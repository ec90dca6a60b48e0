import { readFileSync } from "node:fs";
import { expect, test } from "./fixtures";
import { stateOf } from "./house";

test.use({ storageState: { cookies: [], origins: [] } });

const viewer = () => JSON.parse(readFileSync(`${stateOf("viewer")}.account`, "utf8")) as { email: string; password: string };

test("somebody who is not signed in is asked to, and comes back to the page that was asked for", async ({ page }) => {
  await page.goto("/jobs?state=paused");
  await expect(page).toHaveURL(/\/sign-in/);
  await page.getByLabel(/e-?mail/i).fill(viewer().email);
  await page.getByLabel(/password/i).fill(viewer().password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/jobs\?state=paused$/);
});

test("a wrong password is told as such, and after a few the page says how long to wait", async ({ page }) => {
  await page.goto("/sign-in");
  await page.getByLabel(/e-?mail/i).fill("nobody@example.com");
  await page.getByLabel(/password/i).fill("wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert").filter({ hasText: /./ })).toContainText(/password/i);
  await expect(async () => {
    await page.getByLabel(/password/i).fill("wrong again");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("alert").filter({ hasText: /./ })).toContainText(/in \d+ s/, { timeout: 2000 });
  }).toPass({ timeout: 60_000 });
});

test("after signing out the old cookie opens nothing", async ({ page, playwright, baseURL }) => {
  await page.goto("/sign-in");
  await page.getByLabel(/e-?mail/i).fill(viewer().email);
  await page.getByLabel(/password/i).fill(viewer().password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/$/);
  const old = await playwright.request.newContext({ baseURL, storageState: await page.context().storageState() });
  expect((await old.get("/api/v1/jobs")).status()).toBe(200);
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  expect((await old.get("/api/v1/jobs")).status()).toBe(401);
  await old.dispose();
});
