import { describeCpu, describeMemory } from "@/lib/domain/fargate";
import type { JobInput } from "@/lib/domain/job";
import { visibleText } from "@/lib/domain/plain-line";
import { formatArgv } from "./argv";

/** What of a job differs between two of its saved forms, a short clause each. */
export function revisionChanges(before: JobInput, after: JobInput): string[] {
  const changes: string[] = [];
  const compare = (name: string, read: (input: JobInput) => string) => {
    const [from, to] = [read(before), read(after)];
    if (from !== to) changes.push(from === "" ? `${name} ${to}` : to === "" ? `${name} taken away` : `${name} ${from} → ${to}`);
  };
  compare("name", (input) => input.name);
  compare("address", (input) => input.slug);
  compare("schedule", (input) => input.expression);
  compare("time zone", (input) => input.timeZone);
  compare("image", (input) => input.definition.image);
  compare("command", (input) => formatArgv(input.definition.command));
  compare("entry point", (input) => formatArgv(input.definition.entryPoint));
  compare("size", (input) => `${describeCpu(input.definition.cpu)}, ${describeMemory(input.definition.memory)}`);
  compare("application", (input) => input.application);
  compare("further tries", (input) => String(input.policies.maximumRetryAttempts));
  compare("time for further tries", (input) => `${Math.round(input.policies.maximumEventAgeSeconds / 60)} min`);
  // Long texts and lists are named, not told: their words would drown the rest.
  if (before.description !== after.description) changes.push("description");
  changes.push(...listChanges("label", Object.entries(before.labels), Object.entries(after.labels)));
  changes.push(...listChanges("variable", pairs(before, "environment"), pairs(after, "environment")));
  changes.push(...listChanges("secret", pairs(before, "secrets"), pairs(after, "secrets")));
  return changes.map(visibleText);
}

type Pair = [name: string, value: string];

function pairs({ definition }: JobInput, list: "environment" | "secrets"): Pair[] {
  return list === "environment"
    ? definition.environment.map(({ name, value }) => [name, value])
    : definition.secrets.map(({ name, valueFrom }) => [name, valueFrom]);
}

function listChanges(what: string, before: Pair[], after: Pair[]): string[] {
  const [from, to] = [new Map(before), new Map(after)];
  return [...new Set([...from.keys(), ...to.keys()])].flatMap((name) => {
    if (!from.has(name)) return [`${what} ${name} added`];
    if (!to.has(name)) return [`${what} ${name} removed`];
    return from.get(name) === to.get(name) ? [] : [`${what} ${name} changed`];
  });
}
