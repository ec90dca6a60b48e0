import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { request } from "@playwright/test";
import { sandboxControl } from "@/lib/sandbox/control-client";
import { consoleAddress, dataFolder, housePort, type Persona, stateOf } from "./house";
import { launchBrowser, signInAndKeep } from "./sign-in";
import { type Account, startHouse } from "./start-house";

/** Starts Belfry as `npm run sandbox` does, makes the three personas, and returns what stops it all. */
export default async function setUp(): Promise<() => Promise<void>> {
  rmSync(dataFolder, { recursive: true, force: true });
  mkdirSync(dataFolder, { recursive: true });
  const house = await startHouse({ dataFolder, port: housePort });
  try {
    // Short phases: the journeys are about what people see, not about how slow Fargate is.
    await sandboxControl(house.aws).changeSettings({ provisioningMs: 300, pullingMs: 300, deprovisioningMs: 300, rolePropagationMs: 0 });
    const browser = await launchBrowser();
    await signInAndKeep(browser, consoleAddress, house.admin, stateOf("admin"));
    for (const persona of ["operator", "viewer"] as const) {
      const account = await addPerson(persona);
      await signInAndKeep(browser, consoleAddress, account, stateOf(persona));
      writeFileSync(`${stateOf(persona)}.account`, JSON.stringify(account), { mode: 0o600 });
    }
    await browser.close();
    return house.stop;
  } catch (error) {
    await house.stop();
    throw error;
  }
}

async function addPerson(role: Persona): Promise<Account> {
  const api = await request.newContext({ baseURL: consoleAddress, storageState: stateOf("admin") });
  const answer = await api.post("/api/v1/people", { data: { email: `${role}@example.com`, name: `The ${role}`, role } });
  if (!answer.ok()) throw new Error(`Could not add the ${role}: ${await answer.text()}`);
  const account = (await answer.json()) as Account;
  await api.dispose();
  return account;
}
