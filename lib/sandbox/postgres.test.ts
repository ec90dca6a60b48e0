import { spawn } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { startEmbedded, stopEmbedded } from "./postgres";

const root = mkdtempSync(path.join(tmpdir(), "belfry-postgres-"));
chmodSync(root, 0o755);
const projectFolder = path.resolve(import.meta.dirname, "..", "..");
const isRoot = process.getuid?.() === 0;
let dataFolder: string;

beforeEach(() => {
  dataFolder = mkdtempSync(path.join(root, "p-"));
  chmodSync(dataFolder, 0o755);
});
afterEach(async () => {
  await stopEmbedded({ projectFolder, dataFolder });
});
afterAll(() => rmSync(root, { recursive: true }));

const start = (port = 0) => startEmbedded({ projectFolder, dataFolder, port, settings: { fsync: "off" } });

async function query<Row extends object>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {}); // some tests take the server away
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

const pidFile = () => path.join(dataFolder, "cluster", "postmaster.pid");
const serverPid = () => Number(readFileSync(pidFile(), "utf8").split("\n")[0]);

test("two first starts at once make one server; the one that leaves last stops it", async () => {
  const [one, two] = await Promise.all([start(), start()]);
  expect(one.url).toBe(two.url);
  expect([one.joined, two.joined].toSorted()).toEqual([false, true]);
  expect(await query(two.url, "select current_setting('TimeZone') as zone, version() like 'PostgreSQL%' as real")).toEqual([
    { zone: "UTC", real: true },
  ]);
  expect(await one.release()).toBe(false);
  await query(two.url, "select 1");
  expect(await two.release()).toBe(true);
  await expect(query(two.url, "select 1")).rejects.toThrow(/ECONNREFUSED/);
});

test("it listens on this machine only, and its password is in a file for its owner alone", async () => {
  const { url } = await start();
  expect(new URL(url).hostname).toBe("127.0.0.1");
  expect(statSync(path.join(dataFolder, "password")).mode & 0o077).toBe(0);
  expect(await query(url, "show listen_addresses")).toEqual([{ listen_addresses: "127.0.0.1" }]);
  const guessed = new URL(url);
  guessed.password = "guess";
  await expect(query(guessed.href, "select 1")).rejects.toThrow(/password authentication failed/);
});

test("what was written is there after the next start, on another port if the port was taken meanwhile", async () => {
  const first = await start();
  const port = Number(new URL(first.url).port);
  await query(first.url, "create table kept as select 7 as number");
  await first.release();
  const squatter = createServer();
  await new Promise<void>((resolve) => squatter.listen(port, "127.0.0.1", resolve));
  const second = await start(port);
  expect(new URL(second.url).port).not.toBe(String(port));
  expect(await query(second.url, "select number from kept")).toEqual([{ number: 7 }]);
  await new Promise((resolve) => squatter.close(resolve));
});

test("a first start that was cut off leaves nothing that stands in the way", async () => {
  mkdirSync(path.join(dataFolder, "cluster.unfinished"), { recursive: true });
  writeFileSync(path.join(dataFolder, "cluster.unfinished", "PG_VERSION"), "18");
  const { url } = await start();
  expect(await query(url, "select 1 as one")).toEqual([{ one: 1 }]);
  expect(existsSync(path.join(dataFolder, "cluster.unfinished"))).toBe(false);
});

test("after kill -9 of the server during a long statement the next start recovers", async () => {
  const first = await start();
  await query(first.url, "create table kept as select 7 as number");
  const long = query(first.url, "select count(*) from generate_series(1, 30000000) a").catch(() => "cut off");
  await expect
    .poll(() =>
      query<{ n: number }>(
        first.url,
        "select count(*)::int as n from pg_stat_activity where query like '%generate_series%' and state = 'active' and pid <> pg_backend_pid()",
      ),
    )
    .toEqual([{ n: 1 }]);
  process.kill(serverPid(), "SIGKILL");
  const second = await start();
  expect(second.joined).toBe(false);
  expect(await query(second.url, "select number from kept")).toEqual([{ number: 7 }]);
  await long;
}, 90_000);

test("a stale pid file whose pid belongs to another program now does not stop the start", async () => {
  const { url, release } = await start();
  const lines = readFileSync(pidFile(), "utf8").split("\n");
  await release();
  expect(existsSync(pidFile())).toBe(false);
  writeFileSync(pidFile(), [String(process.pid), ...lines.slice(1)].join("\n"));
  const second = await start();
  expect(second.joined).toBe(false);
  expect(new URL(second.url).pathname).toBe(new URL(url).pathname);
});

test("a user that was killed before it could leave does not keep the server up", async () => {
  const { release } = await start();
  writeFileSync(path.join(dataFolder, "users", "killed"), "999999999:1");
  expect(await release()).toBe(true);
  expect(await release()).toBe(true);
});

test("a starter that was killed leaves the server to the next one, which joins it", async () => {
  const { url } = await program("startAndDie");
  const second = await start();
  expect(second).toMatchObject({ url, joined: true });
  expect(await second.release()).toBe(true);
});

test.runIf(isRoot)("root whose folder nobody else can enter gets a server elsewhere, and finds it again", async () => {
  chmodSync(dataFolder, 0o700);
  const hidden = path.join(dataFolder, "hidden");
  const sentences: string[] = [];
  const options = { projectFolder, dataFolder: hidden, port: 0, log: (sentence: string) => sentences.push(sentence) };
  const first = await startEmbedded(options);
  const elsewhere = /cannot enter .*: its files are kept in (\S+)\.$/.exec(sentences[0] ?? "")?.[1] ?? "";
  expect(elsewhere).toMatch(/^\/var\/lib\/belfry-embedded\//);
  await query(first.url, "create table kept as select 7 as number");
  await first.release();
  const second = await startEmbedded(options);
  expect(await query(second.url, "select number from kept")).toEqual([{ number: 7 }]);
  await second.release();
  rmSync(elsewhere, { recursive: true });
  chmodSync(dataFolder, 0o755);
});

test.runIf(isRoot)("an ordinary user starts and stops a server in a folder of their own", async () => {
  const uid = 65534;
  chownSync(dataFolder, uid, uid);
  expect(await program("startAndStop", { uid, gid: uid })).toMatchObject({ stopped: true });
});

test.runIf(isRoot)("root goes on with the database of an ordinary user, who can go on with it afterwards", async () => {
  const uid = 65534;
  chownSync(dataFolder, uid, uid);
  await program("startAndStop", { uid, gid: uid });
  const { url, release } = await start();
  expect(await query(url, "select 1 as one")).toEqual([{ one: 1 }]);
  await release();
  expect(await program("startAndStop", { uid, gid: uid })).toMatchObject({ stopped: true });
});

test.runIf(isRoot)("an ordinary user is told whose the database is that root made", async () => {
  await (await start()).release();
  await expect(program("startAndStop", { uid: 2, gid: 2 })).rejects.toThrow(
    /belongs to another account \(user \d+\), and you are user 2: run Belfry as/,
  );
});

test.runIf(isRoot)("a user without a name on this machine is told what to do", async () => {
  const uid = 54321;
  chownSync(dataFolder, uid, uid);
  await expect(program("startAndStop", { uid, gid: uid })).rejects.toThrow(/the user 54321 has none on this machine: set DATABASE_URL/);
});

/** Runs a program of its own that starts the server. */
function program(
  what: "startAndDie" | "startAndStop",
  account: { uid?: number; gid?: number } = {},
): Promise<{ url: string; stopped?: boolean }> {
  const source = `
    const { startEmbedded } = await import("./lib/sandbox/postgres.ts");
    const { url, release } = await startEmbedded({ projectFolder: ".", dataFolder: process.argv[1], port: 0 });
    const stopped = ${what === "startAndStop" ? "await release()" : "undefined"};
    process.stdout.write(JSON.stringify({ url, stopped }), () => process.kill(process.pid, "SIGKILL"));`;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", source, dataFolder], {
    cwd: projectFolder,
    env: { ...process.env, HOME: root },
    ...account,
  });
  let output = "";
  let errors = "";
  child.stdout.on("data", (part: Buffer) => (output += part.toString()));
  child.stderr.on("data", (part: Buffer) => (errors += part.toString()));
  return new Promise((resolve, reject) =>
    child.on("exit", () => {
      // The server may keep the pipes open: what was written is there already.
      if (output) resolve(JSON.parse(output) as { url: string; stopped?: boolean });
      else reject(new Error(errors));
    }),
  );
}
