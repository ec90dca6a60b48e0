import { type ConsoleLink, consoleLinkOf } from "@/lib/domain/console-links";
import type { Environment } from "@/lib/domain/environment";
import type { Cause } from "@/lib/domain/run";
import { type FailureToProvoke, failuresToProvoke, type Provocation } from "./provoked-failures";

/** What came of a provocation: its cause as it is kept, by the provocation's name. */
export type Provoked = Map<string, Cause>;

/** docs/failures.md: a section for each cause, with the card's text as it came out when each was provoked. */
export function failurePage(provoked: Provoked, environment: Environment): string {
  return `${[intro, contents(), ...failuresToProvoke.map((row) => section(row, provoked, environment))].join("\n\n")}\n`;
}

const intro = `# Why a run failed

For each cause that Belfry tells apart: what it means, how to provoke it in the sandbox, and what its card says. The words are those that
came out when a test provoked each of them; a change of one changes this page.

![A run out of memory: the sentence, the evidence, the next step, since when, and what changed](failure-out-of-memory.png)

| | |
| --- | --- |
| ![A role that may not be passed, told by a dead letter](failure-pass-role.png) | ![A secret without the key that is asked for](failure-secret-key.png) |

To provoke a cause, start \`npm run sandbox\`, make a job with the image and the command that stand in its section (a command without an image
goes with any image), and press Run now. Where a section says that the Scheduler tells it, let its schedule fire: give it \`cron(* * * * ? *)\`.
The AWS CLI reaches the sandbox with:

\`\`\`sh
export AWS_ENDPOINT_URL=http://127.0.0.1:4566 AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=x
\`\`\`

A card also says whether the runs before failed alike, since when, and what changed between the last good run and the first bad one. To see
another image under the same tag there, let a job succeed once, push a broken image, and let it run again:

\`\`\`sh
curl -X POST http://127.0.0.1:4566/_sandbox/images -d '{"image": "registry.example.com/report:latest", "like": "sandbox/out-of-memory"}'
\`\`\``;

function contents(): string {
  return failuresToProvoke.map(({ kind, title }) => `- [${title}](#${kind})`).join("\n");
}

function section(row: FailureToProvoke, provoked: Provoked, environment: Environment): string {
  const parts = row.provocations.map((provocation) => {
    const cause = provoked.get(keyOf(row, provocation));
    return cause ? [...howTo(provocation), ...card(cause, environment)].join("\n") : "";
  });
  return [`<a id="${row.kind}"></a>\n\n## ${row.title}\n\n${row.meaning} (\`${row.kind}\`)`, ...parts].join("\n\n");
}

/** The name of one provocation among all. */
export function keyOf(row: Pick<FailureToProvoke, "kind">, { name }: Provocation): string {
  return `${row.kind}: ${name}`;
}

function howTo({ name, by, image, command, secrets, steps }: Provocation): string[] {
  const ownCommand = command && !(image && command[0] === "sleep") ? command.map(quoted).join(" ") : null;
  return [
    `**Provoke it**: ${image ? "by an image" : name}${by === "schedule" ? ", which the Scheduler tells" : ""}`,
    "",
    ...(image ? block("Image", image) : []),
    ...(ownCommand && ownCommand !== "true" ? block("Command", ownCommand) : []),
    ...(secrets ?? []).flatMap((secret) => block(`Secret ${secret.name}`, secret.valueFrom.replace("{region}", "us-east-1"))),
    ...(steps ? (/^aws /.test(steps) ? block("In a shell", steps) : [steps, ""]) : []),
  ];
}

/** Something to be copied as it stands. */
function block(label: string, text: string): string[] {
  return [`${label}:`, "", "```sh", text, "```", ""];
}

function quoted(part: string): string {
  return /^[\w@%+=:,./-]+$/.test(part) ? part : part.includes("'") ? JSON.stringify(part) : `'${part}'`;
}

function card(cause: Cause, environment: Environment): string[] {
  const { headline, evidence, nextStep, awsWords } = steady(cause);
  const link = linkOf(cause, environment);
  return [
    `> **${headline}**\\`,
    `> ${evidence.join(" · ")}`,
    ">",
    `> → Next step: ${nextStep}${link ? ` ↗ ${link.label}` : ""}`,
    ...(awsWords.length > 0
      ? [">", "> ```text", ...awsWords.flatMap((words) => words.split("\n")).map((line) => `> ${line}`), "> ```"]
      : []),
  ];
}

function linkOf(cause: Cause, environment: Environment): ConsoleLink | null {
  return consoleLinkOf(cause, {
    ...environment,
    scheduleName: "blf-abcde12345-report",
    taskArn: cause.evidence.includes("No task was started")
      ? null
      : `${environment.clusterArn.replace(":cluster/", ":task/")}/0123456789abcdef`,
    taskDefinitionArn: `${environment.clusterArn.split(":cluster/")[0]}:task-definition/belfry-test-reports:1`,
    logStream: "belfry/main/0123456789abcdef",
    image: null,
  });
}

/** The same words each time: what differs from run to run (how quick, which id, which moment) is written as one example. */
function steady(cause: Cause): Cause {
  if (cause.kind === "missed") return cause;
  const even = (text: string): string =>
    text
      .replace(/\b[0-9a-f]{32}\b/g, "0123456789abcdef0123456789abcdef")
      .replace(/\b\d{4}-\d{2}-\d{2}T?[ ]?\d{2}:\d{2}(:\d{2})?(\.\d+)?( ?UTC|Z)?/g, "2026-03-01 02:00:00 UTC")
      .replace(/(secret:sandbox\/(?:json|plain))-[A-Za-z0-9]{6}/g, "$1-AbCdEf")
      .replace(/(Secret: sandbox\/(?:json|plain))-[A-Za-z0-9]{6}/g, "$1-AbCdEf")
      .replace(/^ECS tried for .*$/, "")
      .replace(/^It ran for 3\d s$/, "It ran for 31 s")
      .replace(/^(It ended within a second of its start|It ran for \d s)$/, "It ended within a second of its start");
  return {
    ...cause,
    headline: even(cause.headline),
    evidence: cause.evidence.map(even).filter(Boolean),
    awsWords: cause.awsWords.map(even),
  };
}
