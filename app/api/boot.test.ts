import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "@/lib/testing/database";
import { postgresDoor } from "@/lib/testing/postgres-door";

const root = path.resolve(import.meta.dirname, "..", "..");
let database: TestDatabase;
const started: ChildProcess[] = [];

beforeAll(async () => {
  database = await testDatabase();
});
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});
afterAll(() => database.close());

/** What Next calls before the first request, in a process of its own; it says "Open." when requests would be served. */
function boot(variables: Record<string, string>) {
  const script = `await (await import("./instrumentation.ts")).register(); console.log("Open."); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      NEXT_RUNTIME: "nodejs",
      DATABASE_URL: database.url,
      NEXTAUTH_SECRET: "a secret of more than thirty-two characters",
      NEXTAUTH_URL: "http://127.0.0.1:3000",
      ...variables,
    },
  });
  started.push(child);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += String(chunk)));
  return { process: child, output: () => said, ended: once(child, "exit") };
}

async function expectRefusal({ ended, output }: ReturnType<typeof boot>, ...sentences: RegExp[]): Promise<void> {
  const [code] = await ended;
  for (const sentence of sentences) expect(output()).toMatch(sentence);
  expect(output()).not.toMatch(/^\s+at |Open\./m);
  expect(code).toBe(78);
}

const open = { timeout: 20_000, interval: 50 };

test("with its settings and its database the console opens", async () => {
  await expect.poll(boot({}).output, open).toContain("Open.");
});

test("what is missing or wrong is told at once, a sentence for each", async () => {
  await expectRefusal(
    boot({ NEXTAUTH_SECRET: "", NEXTAUTH_URL: "belfry", DATABASE_URL: "nowhere" }),
    /^ {2}- NEXTAUTH_SECRET is missing: /m,
    /^ {2}- NEXTAUTH_URL is missing or not an address: /m,
    /^ {2}- DATABASE_URL is not a PostgreSQL address: /m,
  );
});

test("a refused password stops it", async () => {
  const address = new URL(database.url);
  address.password = "open-sesame";
  await expectRefusal(boot({ DATABASE_URL: address.href }), /refuses the password of \w+: set/);
});

describe("a database that is too new stops it,", () => {
  beforeAll(
    () =>
      database.db
        .$executeRaw`insert into _prisma_migrations (id, checksum, migration_name, finished_at) values ('later', 'x', '30000101000000_later', now())`,
  );
  afterAll(() => database.db.$executeRaw`delete from _prisma_migrations where id = 'later'`);

  test("at once", async () => {
    await expectRefusal(boot({}), /does not know its migration 30000101000000_later/);
  });

  test("also when the database answers only after the console has opened", async () => {
    const door = await postgresDoor(database.url);
    const { output, ended } = boot({ DATABASE_URL: door.url });
    await expect.poll(output, open).toContain("Open.");
    await door.open();
    const [code] = await ended;
    expect(output()).toMatch(/does not know its migration 30000101000000_later/);
    expect(code).toBe(78);
    door.shut();
  });
});

test("a clock that is off by hours stops it", async () => {
  const shift = encodeURIComponent(`const Real = Date; globalThis.Date = class extends Real {
    constructor(...given) { if (given.length) super(...given); else super(Real.now() + 21600000); }
    static now() { return Real.now() + 21600000; } };`);
  await expectRefusal(
    boot({ NODE_OPTIONS: `--import=data:text/javascript,${shift}` }),
    /clock is (6 h 0|5 h 59) min ahead of the database server's; five minutes/,
  );
});

test("while Postgres is away it opens all the same, and says so", async () => {
  const { output } = boot({ DATABASE_URL: "postgresql://nobody:x@127.0.0.1:9/none" });
  await expect.poll(output, open).toContain("Open.");
  expect(output()).toContain("Postgres does not answer");
});
