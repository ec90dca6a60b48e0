import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { request } from "@playwright/test";
import { sandboxControl } from "@/lib/sandbox/control-client";
import { startEmbedded } from "@/lib/sandbox/postgres";
import { launchBrowser, signInAndKeep } from "../sign-in";
import { startHouse } from "../start-house";
import { type Figure, printFigures } from "./figures";
import { measureColdLoad, measureList } from "./list";
import { measureLine, measureRunNow, measureSaving } from "./people";
import { measureRounds } from "./rounds";

/*
 * Figures, not verdicts: counts of calls and queries, ratios and percentiles, on the machine that it runs on. Everything is
 * the production build with real processes; only AWS is the sandbox, whose phases take no time where that is said.
 */

const projectFolder = join(import.meta.dirname, "../..");
const jobs = 1000;

async function measureHouse(folder: string): Promise<Figure[]> {
  const postgres = await startEmbedded({ projectFolder, dataFolder: join(folder, "postgres"), port: 0 });
  const house = await startHouse({ dataFolder: join(folder, "house"), port: 3937, databaseUrl: postgres.url });
  const browser = await launchBrowser();
  try {
    await sandboxControl(house.aws).changeSettings({
      provisioningMs: 0,
      pullingMs: 0,
      deprovisioningMs: 0,
      logIngestionMs: 0,
      rolePropagationMs: 0,
    });
    const stateFile = join(folder, "admin.json");
    await signInAndKeep(browser, house.address, house.admin, stateFile);
    const api = await request.newContext({ baseURL: house.address, storageState: stateFile });
    const figures = [await measureSaving(api), await measureRunNow(api), await measureLine(api, browser, house.address, stateFile)];
    const { cookies } = await api.storageState();
    const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
    figures.push(...(await measureList({ address: house.address, cookie, databaseUrl: postgres.url }, 10_000, 1_000_000)));
    figures.push(...(await measureColdLoad({ browser, address: house.address, stateFile })));
    await api.dispose();
    return figures;
  } finally {
    await browser.close();
    await house.stop();
    await postgres.release();
  }
}

const folder = mkdtempSync(join(tmpdir(), "belfry-bench-"));
chmodSync(folder, 0o755); // PostgreSQL does not run as root: its account must be able to enter
try {
  const rounds = await measureRounds(join(folder, "rounds"), jobs);
  const house = await measureHouse(folder);
  printFigures([...rounds, ...house]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
