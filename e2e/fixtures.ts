import { randomBytes } from "node:crypto";
import { type APIRequestContext, test as base } from "@playwright/test";
import { type SandboxControl, sandboxControl } from "@/lib/sandbox/control-client";
import { awsAddress, consoleAddress, type Persona, stateOf } from "./house";

type JobChange = {
  name?: string;
  description?: string;
  labels?: Record<string, string>;
  image?: string;
  command?: string[];
  environment?: { name: string; value: string }[];
  expression?: string;
  timeZone?: string;
  maximumRetryAttempts?: number;
};

type Fixtures = {
  persona: Persona;
  /** The HTTP API as the persona. */
  api: APIRequestContext;
  /** AWS's side: fire a schedule, order a fault. */
  aws: SandboxControl;
  /** Writes a job of this test's own through the API as admin, and deletes it afterwards. */
  makeJob: (change?: JobChange) => Promise<{ id: string; slug: string; name: string }>;
};

export const test = base.extend<Fixtures>({
  persona: ["operator", { option: true }],
  storageState: async ({ persona }, use) => use(stateOf(persona)),
  api: async ({ playwright, persona }, use) => {
    const api = await playwright.request.newContext({ baseURL: consoleAddress, storageState: stateOf(persona) });
    await use(api);
    await api.dispose();
  },
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures that this one needs
  aws: async ({}, use) => use(sandboxControl(awsAddress)),
  makeJob: async ({ playwright }, use) => {
    const admin = await playwright.request.newContext({ baseURL: consoleAddress, storageState: stateOf("admin") });
    const made: { slug: string; name: string }[] = [];
    await use(async (change = {}) => {
      const slug = `e2e-${randomBytes(4).toString("hex")}`;
      const answer = await admin.post("/api/v1/jobs", { data: jobInput(slug, change) });
      if (!answer.ok()) throw new Error(`The job was refused: ${await answer.text()}`);
      const job = (await answer.json()) as { id: string; slug: string; name: string };
      made.push(job);
      return job;
    });
    for (const { slug, name } of made) await admin.delete(`/api/v1/jobs/${slug}`, { data: { typedName: name } });
    await admin.dispose();
  },
});

function jobInput(slug: string, change: JobChange) {
  return {
    name: change.name ?? `Journey ${slug}`,
    slug,
    description: change.description ?? "",
    application: "journeys",
    labels: change.labels ?? {},
    definition: {
      image: change.image ?? "busybox:1.36",
      entryPoint: [],
      command: change.command ?? ["sh", "-c", "echo hello from the job"],
      environment: change.environment ?? [],
      secrets: [],
      cpu: 256,
      memory: 512,
    },
    expression: change.expression ?? "cron(0 4 1 1 ? *)",
    timeZone: change.timeZone ?? "UTC",
    policies: { maximumRetryAttempts: change.maximumRetryAttempts ?? 3, maximumEventAgeSeconds: 900 },
  };
}

export { expect } from "@playwright/test";
