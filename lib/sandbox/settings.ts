import type { Settings } from "./service";

/** How the sandbox is set when nobody says otherwise: quick, but with every phase to be seen. */
export const defaultSettings: Settings = {
  rateLimits: false,
  rolePropagationMs: 0,
  provisioningMs: 1500,
  pullingMs: 1000,
  deprovisioningMs: 1000,
  logIngestionMs: 300,
  eventDelayMs: 200,
  eventCopies: 1,
  scheduleJitterMs: 0,
  groupDeletionMs: 2000,
  randomFaultShare: 0,
  staleListsMs: 0,
  shuffleLists: false,
  injectSidecar: false,
};

/** Settings with some dials changed. Throws a sentence for a dial that does not exist or a value of another kind. */
export function changedSettings(settings: Settings, change: Record<string, unknown>): Settings {
  for (const [name, value] of Object.entries(change)) {
    if (!(name in defaultSettings)) throw new Error(`There is no setting ${name}. There are: ${Object.keys(defaultSettings).join(", ")}.`);
    const wanted = typeof defaultSettings[name as keyof Settings];
    if (typeof value !== wanted) throw new Error(`Setting ${name} is a ${wanted}, not ${JSON.stringify(value)}.`);
    if (typeof value === "number" && !(value >= 0)) throw new Error(`Setting ${name} cannot be negative.`);
  }
  return { ...settings, ...change };
}
