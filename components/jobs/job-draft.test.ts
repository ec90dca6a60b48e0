import { expect, test } from "vitest";
import { type Fault, Invalid } from "@/lib/domain/errors";
import { type JobInput, parseJobInput } from "@/lib/domain/job";
import { credentialWarning, suggestSlug, tidyFaults, toDraft, toInput, type VariableDraft, variableField } from "./job-draft";
import { exampleDraft, newDraft } from "./new-draft";

const now = new Date("2026-11-21T10:00:00Z");

const input: JobInput = {
  name: "Nightly report",
  slug: "nightly-report",
  description: "Sends the report.",
  application: "billing",
  labels: { team: "data", tier: "1" },
  definition: {
    image: "registry.example.com/report:1.4",
    entryPoint: ["/bin/sh", "-c"],
    command: ["node report.js --since 'yesterday'", "", "x y"],
    environment: [{ name: "LEVEL", value: " two words " }],
    secrets: [{ name: "DB_PASSWORD", valueFrom: "/billing/db" }],
    cpu: 512,
    memory: 2048,
  },
  expression: "cron(30 2 * * ? *)",
  timeZone: "Europe/Berlin",
  policies: { maximumRetryAttempts: 3, maximumEventAgeSeconds: 900 },
};

test("a saved job opens in the form and is saved again as it was", () => {
  const { input: again, faults } = toInput(toDraft(input));
  expect(faults).toEqual([]);
  expect(again).toEqual(input);
  expect(parseJobInput(again, now)).toEqual(input);
});

test("a form with a name, an address and an image is enough", () => {
  const draft = { ...newDraft("UTC"), name: "Report", slug: "report", image: "alpine" };
  expect(parseJobInput(toInput(draft).input, now)).toMatchObject({ application: "report", definition: { cpu: 256, memory: 512 } });
});

test("the example can be saved as it is", () => {
  expect(parseJobInput(toInput(exampleDraft("UTC")).input, now)).toMatchObject({
    slug: "hello",
    definition: { command: ["sh", "-c", expect.any(String)] },
  });
});

test("an open quote is told at the command", () => {
  expect(toInput({ ...newDraft("UTC"), command: "echo 'x" }).faults).toEqual([
    { field: "definition.command", sentence: expect.stringContaining("not closed") },
  ]);
});

test("retries that are no number are told where they are written", () => {
  const { faults } = toInput({ ...newDraft("UTC"), maximumRetryAttempts: "", maximumEventAgeMinutes: "1.5" });
  expect(faults.map((fault) => fault.field)).toEqual(["policies.maximumRetryAttempts", "policies.maximumEventAgeSeconds"]);
});

test("a label set twice is told, because a record would keep only one", () => {
  const labels = [
    { key: 0, name: "team", value: "a" },
    { key: 1, name: "team ", value: "b" },
  ];
  expect(toInput({ ...newDraft("UTC"), labels }).faults).toEqual([
    { field: "labels", sentence: expect.stringContaining("team is set twice") },
  ]);
});

test("the server's words about a row find the row, empty ones and secrets between", () => {
  const rows: VariableDraft[] = [
    { key: 0, name: "A", value: "1", secret: false },
    { key: 1, name: "", value: "", secret: false },
    { key: 2, name: "S", value: "/s", secret: true },
    { key: 3, name: "B", value: "2", secret: false },
  ];
  expect(rows.map((row) => variableField(rows, row))).toEqual([
    "definition.environment.0",
    "definition.environment.-1",
    "definition.secrets.0",
    "definition.environment.1",
  ]);
});

test("an empty form is told of each field once, and not of an application that nobody wrote", () => {
  const draft = newDraft("UTC");
  let faults: Fault[] = [];
  try {
    parseJobInput(toInput(draft).input, now);
  } catch (error) {
    if (error instanceof Invalid) faults = error.faults;
  }
  expect(tidyFaults(faults, draft).map((fault) => fault.field)).toEqual(["name", "slug", "definition.image"]);
});

test.each([
  ["Nightly Report (EU)", "nightly-report-eu"],
  ["Übung macht Spaß", "ubung-macht-spa"],
  ["  --  ", ""],
  ["a".repeat(80), "a".repeat(63)],
])("%s suggests the address %s", (name, slug) => {
  expect(suggestSlug(name)).toBe(slug);
});

test.each([
  ["DB_PASSWORD", "hunter2"],
  ["apiKey", "abc"],
  ["GITHUB_TOKEN", "x"],
  ["ANYTHING", "AKIAIOSFODNN7EXAMPLE"],
  ["DATABASE_URL", "postgres://user:pass@db/app"],
])("%s=%s looks like a credential", (name, value) => {
  const warning = credentialWarning({ name, value, secret: false });
  expect(warning).toContain("credential");
  expect(warning).not.toContain(value);
});

test.each([
  ["TOKEN_LIMIT", "500", false],
  ["SECRET_ARN", "arn:aws:secretsmanager:...", false],
  ["PASSWORD_FILE", "/run/secret", false],
  ["DATABASE_URL", "postgres://db/app", false],
  ["DB_PASSWORD", "/billing/db", true],
  ["DB_PASSWORD", "", false],
  ["LEVEL", "info", false],
])("%s=%s needs no warning", (name, value, secret) => {
  expect(credentialWarning({ name, value, secret })).toBeNull();
});
