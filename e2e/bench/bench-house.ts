import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type APIRequestContext, type Browser, request } from "@playwright/test";
import { type SandboxControl, sandboxControl } from "@/lib/sandbox/control-client";
import { startEmbedded } from "@/lib/sandbox/postgres";
import { launchBrowser, signInAndKeep } from "../sign-in";
import { startHouse } from "../start-house";

/** A Belfry in production build with real processes, signed in; only AWS is the sandbox, whose phases take no time. */
export type BenchHouse = {
  address: string;
  databaseUrl: string;
  api: APIRequestContext;
  browser: Browser;
  /** The signed-in browser's state, as Playwright keeps it. */
  stateFile: string;
  /** The same sign-in for plain requests: Playwright's own cost milliseconds each. */
  cookie: string;
  aws: string;
  control: SandboxControl;
  /** The process that works now; a killed one is started again by the house. */
  pidOf(name: "web" | "worker"): number | null;
  stop(): Promise<void>;
};

const projectFolder = join(import.meta.dirname, "../..");

/** Starts Postgres, the sandbox, the worker and the console in a folder of their own. */
export async function startBenchHouse(folder: string, port = 3937): Promise<BenchHouse> {
  const ends: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    const postgres = await startEmbedded({ projectFolder, dataFolder: join(folder, "postgres"), port: 0 });
    ends.push(() => postgres.release());
    const dataFolder = join(folder, "house");
    const variables = { NODE_OPTIONS: `--require=${join(import.meta.dirname, "quick-clock.cjs")}` };
    const house = await startHouse({ dataFolder, port, databaseUrl: postgres.url, variables });
    ends.push(() => house.stop());
    const browser = await launchBrowser();
    ends.push(() => browser.close());
    const control = sandboxControl(house.aws);
    await control.changeSettings({ provisioningMs: 0, pullingMs: 0, deprovisioningMs: 0, logIngestionMs: 0, rolePropagationMs: 0 });
    const stateFile = join(folder, "admin.json");
    await signInAndKeep(browser, house.address, house.admin, stateFile);
    const api = await request.newContext({ baseURL: house.address, storageState: stateFile });
    ends.push(() => api.dispose());
    return {
      address: house.address,
      databaseUrl: postgres.url,
      api,
      browser,
      stateFile,
      cookie: cookieOf(stateFile),
      aws: house.aws,
      control,
      pidOf: (name) => pidIn(join(dataFolder, "start.json"), name),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function cookieOf(stateFile: string): string {
  const { cookies } = JSON.parse(readFileSync(stateFile, "utf8")) as { cookies: { name: string; value: string }[] };
  return cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
}

/** The house notes its children, so that a later start can end them: the newest of a name is the one that works. */
function pidIn(startFile: string, name: string): number | null {
  const { children } = JSON.parse(readFileSync(startFile, "utf8")) as { children: { name: string; mark: string }[] };
  const mark = children.findLast((child) => child.name === name)?.mark;
  return mark ? Number.parseInt(mark, 10) : null;
}
