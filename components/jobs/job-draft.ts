import type { Fault } from "@/lib/domain/errors";
import type { JobInput } from "@/lib/domain/job";
import { formatArgv, parseArgv } from "./argv";

/** A row of the form; `key` names it while its name is being typed. */
export type VariableDraft = { key: number; name: string; value: string; secret: boolean };
export type LabelDraft = { key: number; name: string; value: string };

/** The form as it stands on the page: what was typed, whether it makes sense or not. */
export type JobDraft = {
  name: string;
  slug: string;
  description: string;
  application: string;
  labels: LabelDraft[];
  image: string;
  entryPoint: string;
  command: string;
  variables: VariableDraft[];
  cpu: number;
  memory: number;
  expression: string;
  timeZone: string;
  maximumRetryAttempts: string;
  maximumEventAgeMinutes: string;
};

/** A saved job as a form; toInput reads it back to the same input. */
export function toDraft(job: JobInput): JobDraft {
  const { definition } = job;
  const variables = [
    ...definition.environment.map(({ name, value }) => ({ name, value, secret: false })),
    ...definition.secrets.map(({ name, valueFrom }) => ({ name, value: valueFrom, secret: true })),
  ];
  return {
    name: job.name,
    slug: job.slug,
    description: job.description,
    application: job.application,
    labels: Object.entries(job.labels).map(([name, value], key) => ({ key, name, value })),
    image: definition.image,
    entryPoint: formatArgv(definition.entryPoint),
    command: formatArgv(definition.command),
    variables: variables.map((variable, key) => ({ key, ...variable })),
    cpu: definition.cpu,
    memory: definition.memory,
    expression: job.expression,
    timeZone: job.timeZone,
    maximumRetryAttempts: String(job.policies.maximumRetryAttempts),
    maximumEventAgeMinutes: String(job.policies.maximumEventAgeSeconds / 60),
  };
}

/** The input that a draft stands for, to be judged by the server; and the faults that only the form can see. */
export function toInput(draft: JobDraft): { input: JobInput; faults: Fault[] } {
  const faults: Fault[] = [];
  const argv = (field: string, line: string): string[] => {
    const read = parseArgv(line);
    if (read.ok) return read.argv;
    faults.push({ field, sentence: read.sentence });
    return [];
  };
  const wholeNumber = (field: string, words: string, what: string, otherwise: number): number => {
    if (/^\s*\d+\s*$/.test(words)) return Number(words);
    faults.push({ field, sentence: `${what} must be a whole number: write one.` });
    return otherwise;
  };
  const filled = draft.variables.filter(isFilled);
  const labels = draft.labels.filter(({ name, value }) => name.trim() !== "" || value.trim() !== "");
  const twice = labels.find(({ name }, index) => labels.findIndex((other) => other.name.trim() === name.trim()) !== index);
  if (twice) faults.push({ field: "labels", sentence: `The label ${twice.name.trim()} is set twice: remove one of the two.` });
  const input: JobInput = {
    name: draft.name.trim(),
    slug: draft.slug.trim(),
    description: draft.description,
    application: draft.application.trim() || draft.slug.trim(),
    labels: Object.fromEntries(labels.map(({ name, value }) => [name.trim(), value.trim()])),
    definition: {
      image: draft.image.trim(),
      entryPoint: argv("definition.entryPoint", draft.entryPoint),
      command: argv("definition.command", draft.command),
      environment: filled.filter(({ secret }) => !secret).map(({ name, value }) => ({ name: name.trim(), value })),
      secrets: filled.filter(({ secret }) => secret).map(({ name, value }) => ({ name: name.trim(), valueFrom: value.trim() })),
      cpu: draft.cpu,
      memory: draft.memory,
    },
    expression: draft.expression.trim(),
    timeZone: draft.timeZone,
    policies: {
      maximumRetryAttempts: wholeNumber("policies.maximumRetryAttempts", draft.maximumRetryAttempts, "The number of further tries", 0),
      maximumEventAgeSeconds:
        60 * wholeNumber("policies.maximumEventAgeSeconds", draft.maximumEventAgeMinutes, "The minutes to go on trying", 1),
    },
  };
  return { input, faults };
}

const isFilled = ({ name, value }: VariableDraft): boolean => name.trim() !== "" || value !== "";

/**
 * The faults as a person needs them: at each field the first one, which the others only follow from; and none about an
 * application that was left empty, because it is the address's then.
 */
export function tidyFaults(faults: readonly Fault[], draft: Pick<JobDraft, "application">): Fault[] {
  return faults.filter(
    ({ field }, index) =>
      faults.findIndex((other) => other.field === field) === index && !(field === "application" && draft.application.trim() === ""),
  );
}

/** Under which field the server speaks of a row: its number among the filled rows of its kind. */
export function variableField(variables: readonly VariableDraft[], row: VariableDraft): string {
  const index = variables.filter((other) => isFilled(other) && other.secret === row.secret).indexOf(row);
  return `definition.${row.secret ? "secrets" : "environment"}.${index}`;
}

/** "Nightly Report (EU)" → "nightly-report-eu": the address that a name suggests. */
export function suggestSlug(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 63)
    .replace(/^-+|-+$/g, "");
}

/** Why a plain value looks as if it should be kept as a secret; null where it does not. The value itself is never repeated. */
export function credentialWarning({ name, value, secret }: Pick<VariableDraft, "name" | "value" | "secret">): string | null {
  if (secret || value === "") return null;
  const byValue =
    /\b(AKIA|ASIA)[A-Z0-9]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY|\bgh[pousr]_[A-Za-z0-9]{20,}|\bxox[abprs]-|^eyJ[A-Za-z0-9_-]+\.eyJ|:\/\/[^/\s:@]+:[^/\s@]+@/.test(
      value,
    );
  const byName =
    /(PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIALS?)(_|$)/i.test(name) &&
    !/_(ARN|FILE|PATH|NAME|ID|LIMIT|SECONDS|TTL|COUNT|URL)$/i.test(name) &&
    !/^(\d{1,6}|true|false)$/i.test(value);
  if (!byValue && !byName) return null;
  return "This looks like a credential. A plain value can be read by everybody who may see the job here or its task in AWS: keep it in Secrets Manager or Parameter Store and switch this row to a secret reference.";
}
