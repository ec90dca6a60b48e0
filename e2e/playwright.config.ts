import { defineConfig } from "@playwright/test";
import { chromiumArguments, findChromium } from "./browser";
import { consoleAddress } from "./house";

export default defineConfig({
  testDir: ".",
  testMatch: "*.spec.ts",
  globalSetup: "./global-setup.ts",
  outputDir: "../test-results",
  // Two: a journey waits for tasks and minutes more than it computes.
  workers: 2,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [["list"], ["json", { outputFile: "../test-results/e2e.json" }]],
  use: {
    baseURL: consoleAddress,
    viewport: { width: 1440, height: 900 },
    timezoneId: "Europe/Berlin",
    locale: "en-GB",
    trace: "retain-on-failure",
    launchOptions: { executablePath: await findChromium(), args: chromiumArguments },
  },
});
