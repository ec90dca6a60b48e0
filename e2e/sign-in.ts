import { type Browser, chromium } from "@playwright/test";
import { chromiumArguments, findChromium } from "./browser";
import type { Account } from "./start-house";

/** Starts the Chromium that all journeys use. */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: await findChromium(), args: chromiumArguments });
}

/** Signs in on the sign-in page and keeps the browser's state in a file. */
export async function signInAndKeep(browser: Browser, address: string, account: Account, stateFile: string): Promise<void> {
  const context = await browser.newContext({ baseURL: address });
  const page = await context.newPage();
  await page.goto("/sign-in");
  await page.getByLabel(/e-?mail/i).fill(account.email);
  await page.getByLabel(/password/i).fill(account.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => url.pathname === "/");
  await context.storageState({ path: stateFile });
  await context.close();
}
