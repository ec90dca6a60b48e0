import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { type ImportLine, isSource, readImports, readImportsOf } from "./testing/imports";

/*
 * The house: imports go down, never up and never sideways on floor 3. A new edge is a change to this table.
 *
 *   floor 4    app (pages, routes, actions)                        worker
 *   floor 3    auth  jobs  runs  environments  people  audit  logs  |  reconcile  ingest
 *   floor 2                            db        aws        deps
 *   floor 1                            desired
 *   floor 0                domain   schedule   paths   password   config
 *   beside     components (floor 0 only)   sandbox (schedule only)   infra (desired, domain)   testing   e2e
 */

const words = ["domain", "schedule", "paths"];
const desk = ["auth", "jobs", "runs", "environments", "people", "audit", "logs"];
const works = ["reconcile", "ingest", "alerts"];
const doors = ["db", "aws", "deps"];

/** What a room may import as code, and of which rooms only the types. Every room may import itself. */
type Room = { code: string[]; types?: string[] };

const deskRoom: Room = { code: [...words, "password", "desired", "db"] };
const worksRoom: Room = { code: [...words, "desired", "db", "aws"], types: ["deps"] };

const rooms: Record<string, Room> = {
  schedule: { code: [] },
  domain: { code: ["schedule"] },
  paths: { code: [] },
  password: { code: [] },
  config: { code: ["domain/errors"], types: ["domain"] },
  desired: { code: words },
  aws: { code: words },
  db: { code: words },
  deps: { code: ["aws", "db"], types: ["config", "domain"] },
  ...Object.fromEntries(desk.map((room) => [room, deskRoom])),
  // The one desk room that reads from AWS, and reads nothing but logs.
  logs: { code: [...deskRoom.code, "aws/logs", "aws/clients", "aws/errors"], types: ["deps", "aws"] },
  ...Object.fromEntries(works.map((room) => [room, worksRoom])),
  worker: { code: [...words, "password", "config", "desired", ...doors, ...works] },
  manifest: { code: [...words, "desired", "aws"] },
  components: { code: words, types: desk },
  app: { code: [...words, ...desk, "components", "config"] },
  instrumentation: { code: ["app", "config"] },
  sandbox: { code: ["schedule"] },
  testing: { code: [...words, "password", "config", "desired", ...doors, ...desk, ...works, "worker", "sandbox"] },
  infra: { code: ["desired", "domain"] },
  e2e: { code: ["testing", "sandbox", "domain"] },
  prisma: { code: ["domain", "db", "jobs", "runs", "people", "sandbox"] },
};

/** Single doors that the table does not have, each with its reason. */
const exceptions: { from: string; to: string; why: string }[] = [
  { from: "app", to: "db/as-ours", why: "the three borders of the console turn a database that is away into a sentence" },
  { from: "app/api/boot", to: "db/migrate", why: "the console does not start on a database that it does not know" },
  { from: "app/api/health", to: "db", why: "health asks Postgres and the worker's pulse themselves, for nobody in particular" },
  { from: "e2e/bench", to: "db", why: "the bench fills tables with a hundred thousand runs" },
  { from: "e2e/bench", to: "reconcile", why: "the bench counts the calls of one round, without a worker around it" },
  { from: "e2e/bench", to: "deps", why: "the bench counts the calls of one round, without a worker around it" },
  { from: "worker", to: "people/first-admin", why: "the first start makes the first admin" },
];

/** Packages that belong to somebody: who may use their code, and who only their types. */
const packages: { name: RegExp; code: string[]; types?: string[] }[] = [
  { name: /^@(aws-sdk|smithy)\//, code: ["aws", "testing", "sandbox/start"], types: ["desired", "sandbox", ...works] },
  { name: /^(@prisma\/|prisma$)/, code: ["db", "prisma"] },
  { name: /^pg$/, code: ["db", "testing", "sandbox/postgres", "sandbox/start", "prisma", "e2e/bench"] },
  { name: /^(next|next-auth|next-themes)$/, code: ["app", "components", "auth", "instrumentation"] },
  { name: /^(react|react-dom|radix-ui|lucide-react|sonner)$/, code: ["app", "components", "auth/require-actor"] },
  { name: /^(aws-cdk-lib|constructs)$/, code: ["infra"] },
  { name: /^cronstrue$/, code: ["schedule/describe"] },
  { name: /^pino$/, code: ["deps", "worker"] },
  { name: /^(@playwright\/|playwright|@axe-core\/|@sparticuz\/)/, code: ["e2e"] },
];

/** Floor 0 is also the browser's: these rooms import no package but these. */
const packagesOfWords: Record<string, string[]> = {
  domain: ["zod"],
  "domain/ids": ["node:crypto"],
  schedule: [],
  "schedule/describe": ["cronstrue"],
  paths: [],
  config: ["zod"],
};

const root = path.resolve(import.meta.dirname, "..");
const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { cwd: root, encoding: "utf8" })
  .split("\n")
  .filter((file) => isSource(root, file));
const imports = readImportsOf(root, files);

/** "lib/db/jobs.ts" is at "db/jobs"; "app/api/handle.ts" at "app/api/handle"; "lib/paths.ts" at "paths". */
const placeOf = (file: string): string => file.replace(/^lib\//, "").replace(/(\.(test|spec))?\.(tsx?|mjs)$/, "");
const roomOf = (file: string): string => placeOf(file).split("/")[0] ?? "";
const isWithin = (place: string, rooms: string[]): boolean => rooms.some((room) => place === room || place.startsWith(`${room}/`));
const isConfiguration = (file: string): boolean => /^[^/]+\.config\.(ts|mjs)$/.test(file);
const isTest = (file: string): boolean => /\.(test|spec)\.tsx?$/.test(file);

/** What tests alone import, or what those import alone, is a part of the tests. */
const importersOf = Map.groupBy(imports, ({ target }) => placeOf(target));
const isTestSupport = (file: string): boolean => {
  const importers = importersOf.get(placeOf(file)) ?? [];
  return isTest(file) || (importers.length > 0 && importers.every((importer) => isTestSupport(importer.file)));
};

function isAllowed({ file, target, typesOnly }: ImportLine): boolean {
  const [from, to] = [roomOf(file), placeOf(target)];
  const room = rooms[from];
  if (!room || isWithin(to, [from])) return true;
  if (isWithin(to, room.code) || (typesOnly && isWithin(to, room.types ?? []))) return true;
  if (exceptions.some((exception) => isWithin(placeOf(file), [exception.from]) && isWithin(to, [exception.to]))) return true;
  const sameWing = [desk, works].find((wing) => wing.includes(from)) ?? [];
  return (
    isTestSupport(file) &&
    isWithin(to, ["testing", "sandbox", "domain", "schedule", "desired", ...(from === "sandbox" ? [] : [...doors, ...sameWing])])
  );
}

function mayUsePackage({ file, target, typesOnly }: ImportLine): boolean {
  if (isTestSupport(file)) return true;
  const [name, place] = [target.slice("npm:".length), placeOf(file)];
  const own = packagesOfWords[place] ?? packagesOfWords[roomOf(file)];
  if (own && !own.includes(name) && !(packagesOfWords[roomOf(file)] ?? []).includes(name)) return false;
  const owned = packages.find((rule) => rule.name.test(name));
  if (!owned || !rooms[roomOf(file)]) return true;
  return isWithin(place, owned.code) || (typesOnly && isWithin(place, owned.types ?? []));
}

const show = ({ file, target, typesOnly }: ImportLine): string => `${file} imports ${typesOnly ? "types of " : ""}${target}`;

test("imports go down, never up and never sideways", () => {
  expect(
    imports
      .filter(({ target }) => !target.startsWith("npm:"))
      .filter((line) => !isAllowed(line))
      .map(show),
  ).toEqual([]);
});

test.each([
  ["lib/domain/job.ts", "lib/db/jobs", "up"],
  ["lib/jobs/save-job.ts", "lib/runs/request-run", "sideways"],
  ["lib/jobs/save-job.ts", "lib/aws/scheduler", "to AWS from the desk"],
  ["lib/logs/tail-run.ts", "lib/aws/scheduler", "to more of AWS than its logs"],
  ["lib/reconcile/observe.ts", "lib/ingest/intake", "sideways among the works"],
  ["lib/reconcile/observe.ts", "lib/jobs/save-job", "into the other wing"],
  ["lib/sandbox/server.ts", "lib/domain/job", "from AWS's side into the house"],
  ["components/jobs/job-form.tsx", "lib/jobs/save-job", "to a verb from a component"],
  ["app/(console)/page.tsx", "lib/reconcile/observe", "into the works from a page"],
  ["app/(console)/page.tsx", "lib/db/jobs", "past the verbs"],
  ["lib/aws/ecs.ts", "lib/desired/names", "up from a door"],
])("%s may not import %s: %s", (file, target) => {
  expect(isAllowed({ file, target, typesOnly: false })).toBe(false);
});

test("each package of weight is imported by its own room alone", () => {
  expect(
    imports
      .filter(({ target }) => target.startsWith("npm:"))
      .filter((line) => !mayUsePackage(line))
      .map(show),
  ).toEqual([]);
});

test("every folder of source is a room of the table", () => {
  const known = new Set([...Object.keys(rooms), "house"]);
  expect([...new Set(files.filter((file) => !isConfiguration(file)).map(roomOf))].filter((room) => !known.has(room))).toEqual([]);
});

test("no exception outlives its use", () => {
  const unused = exceptions.filter(
    ({ from, to }) => !imports.some(({ file, target }) => isWithin(placeOf(file), [from]) && isWithin(placeOf(target), [to])),
  );
  expect(unused.filter(({ from }) => files.some((file) => isWithin(placeOf(file), [from])))).toEqual([]);
});

test("the rooms of words and of translation never wait, read no clock, no environment and no chance", () => {
  const pure = files.filter((file) => isWithin(placeOf(file), [...words, "desired"]) && !isTest(file) && placeOf(file) !== "domain/ids");
  const impure = /\bawait\b|\basync\b|\bsetTimeout\b|\bprocess\.|\bDate\.now\(|\bnew Date\(\)|\bfetch\(|\bMath\.random\b|\bperformance\./;
  const found = pure.flatMap((file) =>
    linesOf(file)
      .filter((line) => impure.test(line) && !isComment(line))
      .map((line) => `${file}: ${line.trim()}`),
  );
  expect(found).toEqual([]);
});

test("only the entrances read the environment's variables", () => {
  const entrances = [
    "config",
    "app",
    "sandbox",
    "testing",
    "e2e",
    "infra",
    "prisma",
    "instrumentation",
    "worker",
    "auth/options",
    "db/client",
  ];
  const readers = files.filter((file) => !isTest(file) && !isWithin(placeOf(file), entrances) && !isConfiguration(file));
  expect(readers.filter((file) => linesOf(file).some((line) => /\bprocess\.env\b/.test(line) && !isComment(line)))).toEqual([]);
});

/** AWS's own word in names: an ECS service, a service of AWS that the sandbox imitates. */
const awsOwnTerms = ["infra/lib/web-service", "infra/lib/worker-service", "sandbox/service", "sandbox/services"];

test("files are named kebab-case, and by none of the words that say nothing", () => {
  const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|spec|config|d))?\.(ts|tsx|mjs)$/;
  const empty = /(^|[-/])(executions?|instances?|services?|managers?|helpers?|utils?)([-./]|$)/;
  expect(files.filter((file) => !kebab.test(path.posix.basename(file)))).toEqual([]);
  expect(files.filter((file) => empty.test(file) && !isWithin(placeOf(file), awsOwnTerms))).toEqual([]);
});

test("every exported function in lib says in a comment what it does", () => {
  const exported = /^export (?:default )?(?:async )?function\*? (\w+)/;
  const bare: string[] = [];
  for (const file of files.filter((file) => /^lib\/.*\.tsx?$/.test(file) && !isTest(file))) {
    const lines = linesOf(file);
    lines.forEach((line, index) => {
      const match = exported.exec(line);
      if (match && !/\*\/\s*$|^\s*\/\//.test(lines[index - 1] ?? "")) bare.push(`${file}: ${match[1]}`);
    });
  }
  expect(bare).toEqual([]);
});

test("no test is left out or run alone", () => {
  const marked = /\b(test|it|describe)\.(only|skip|todo)\b/;
  expect(files.filter(isTest).filter((file) => file !== "lib/house.test.ts" && linesOf(file).some((line) => marked.test(line)))).toEqual(
    [],
  );
});

test("import lines are read in all their forms", () => {
  const text = [
    'im port { a } from "@/lib/domain/job";',
    'im port type { B } from "../db/client";',
    'im port {\n  type C,\n  d,\n} from "zod";',
    'im port "./side-effect";',
    'ex port * from "@aws-sdk/client-ecs/dist";',
    'const later = await im port("next/server");',
    'type E = im port("./types").E;',
    'type F = typeof im port("./types");',
  ].join("\n");
  expect(readImports("lib/jobs/x.ts", text.replaceAll(/(im|ex) port/g, "$1port"))).toEqual([
    { file: "lib/jobs/x.ts", target: "lib/domain/job", typesOnly: false },
    { file: "lib/jobs/x.ts", target: "lib/db/client", typesOnly: true },
    { file: "lib/jobs/x.ts", target: "npm:zod", typesOnly: false },
    { file: "lib/jobs/x.ts", target: "lib/jobs/side-effect", typesOnly: false },
    { file: "lib/jobs/x.ts", target: "npm:@aws-sdk/client-ecs", typesOnly: false },
    { file: "lib/jobs/x.ts", target: "npm:next", typesOnly: false },
    { file: "lib/jobs/x.ts", target: "lib/jobs/types", typesOnly: true },
    { file: "lib/jobs/x.ts", target: "lib/jobs/types", typesOnly: true },
  ]);
});

function linesOf(file: string): string[] {
  return readFileSync(path.join(root, file), "utf8").split("\n");
}

function isComment(line: string): boolean {
  return /^\s*(\/\/|\*|\/\*)/.test(line);
}
