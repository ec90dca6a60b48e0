import { defineConfig } from "@playwright/test";
import { chromiumArguments, findChromium } from "./browser";
import { consoleAddress } from "./house";

export default defineConfig({
  testDir: ".",
  testMatch: "*.spec.ts",
  globalSetup: "./global-setup.ts",
  outputDir: "../test-results",
  // One after another: a fault that a journey orders from AWS must not meet another journey.
  workers: 1,
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
