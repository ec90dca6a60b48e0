import { join } from "node:path";

/** The house that the journeys walk through. */
export const housePort = Number(process.env.BELFRY_E2E_PORT ?? 3917);
export const consoleAddress = `http://localhost:${housePort}`;
export const awsAddress = `http://127.0.0.1:${housePort + 1}`;
export const dataFolder = join(import.meta.dirname, "../.data/e2e");

export type Persona = "admin" | "operator" | "viewer";

/** Where a persona's signed-in browser state is kept between setup and journeys. */
export const stateOf = (persona: Persona): string => join(dataFolder, `${persona}.json`);
