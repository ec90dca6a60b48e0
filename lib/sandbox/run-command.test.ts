import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { LineSplitter, maximumLineBytes } from "./logs/line-splitter";
import { commandPath, endLeftOver, type RunningCommand, runCommand } from "./run-command";

const folder = mkdtempSync(join(tmpdir(), "run-command-"));
const plainFile = join(folder, "plain.txt");
writeFileSync(plainFile, "not a program", { mode: 0o644 });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(argv: string[], environment: Record<string, string> = {}) {
  const lines: string[] = [];
  const outcome = await runCommand({
    argv,
    environment,
    folder: join(folder, "home"),
    noteFile: join(folder, "main.process.json"),
    now: () => new Date(),
    onLines: (some) => lines.push(...some.map((line) => line.message)),
  });
  return { outcome, lines };
}

async function start(argv: string[]): Promise<{ running: RunningCommand; lines: string[] }> {
  const { outcome, lines } = await run(argv);
  if ("refused" in outcome) throw new Error(outcome.refused);
  return { running: outcome.running, lines };
}

async function until(isSo: () => boolean): Promise<void> {
  const end = Date.now() + 10_000;
  while (!isSo()) {
    if (Date.now() > end) throw new Error("It did not come to be.");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const isAlive = (pid: number) => {
  try {
    // A process that has ended and was not yet collected is no longer alive.
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
};

test("a program has the variables of its task and no others", async () => {
  process.env.SECRET_OF_THE_HOST = "do not show";
  const { outcome, lines } = await run(["env"], { GREETING: "hello", AWS_REGION: "eu-central-1" });
  if ("running" in outcome) await outcome.running.ended;
  expect(lines.sort()).toEqual(["AWS_REGION=eu-central-1", "GREETING=hello", `HOME=${join(folder, "home")}`, `PATH=${commandPath}`].sort());
});

test("PATH and HOME may be the task's own", async () => {
  const { outcome, lines } = await run(["/usr/bin/env"], { PATH: "/nowhere", HOME: "/root" });
  if ("running" in outcome) await outcome.running.ended;
  expect(lines.sort()).toEqual(["HOME=/root", "PATH=/nowhere"]);
});

test("arguments are passed as they are, without a shell", async () => {
  const { running, lines } = await start(["echo", "$HOME", "a b", "*"]);
  await running.ended;
  expect(lines).toEqual(["$HOME a b *"]);
});

test.each([
  [["no-such-program"], 'exec: "no-such-program": executable file not found in $PATH: unknown'],
  [["/no/such/program"], 'exec: "/no/such/program": stat /no/such/program: no such file or directory: unknown'],
  [[plainFile], `exec: "${plainFile}": permission denied: unknown`],
])("%j cannot start, and the reason is the container runtime's", async (argv, refused) => {
  expect((await run(argv)).outcome).toEqual({ refused });
});

test.each([
  ["exit 0", 0],
  ["exit 42", 42],
  ["kill -KILL $$", 137],
  ["kill -TERM $$", 143],
])("`%s` ends with %i", async (script, exitCode) => {
  const { running } = await start(["sh", "-c", script]);
  expect(await running.ended).toEqual({ exitCode });
});

test("when the program ends, nothing that it started lives on", async () => {
  const { running, lines } = await start(["sh", "-c", "sleep 300 & echo $!; sleep 300 & echo $!"]);
  await running.ended;
  const pids = lines.map(Number);
  expect(pids).toHaveLength(2);
  await until(() => !pids.some(isAlive));
});

test("killing a program ends its whole group", async () => {
  const { running, lines } = await start(["sh", "-c", "sleep 300 & echo $!; wait"]);
  await until(() => lines.length === 1);
  running.kill();
  expect(await running.ended).toEqual({ exitCode: 137 });
  await until(() => !isAlive(Number(lines[0])));
});

test("what a killed sandbox left behind is ended, and a process that took its number is not", async () => {
  const stranger = spawn("sleep", ["300"], { detached: true });
  const { running } = await start(["sleep", "300"]);
  const note = join(folder, "main.process.json");
  const text = readFileSync(note, "utf8");

  writeFileSync(note, JSON.stringify({ ...(JSON.parse(text) as object), pid: stranger.pid }));
  endLeftOver(note);
  expect(isAlive(stranger.pid as number)).toBe(true);
  expect(existsSync(note)).toBe(false);

  writeFileSync(note, text);
  endLeftOver(note);
  expect(await running.ended).toEqual({ exitCode: 137 });
  stranger.kill("SIGKILL");
});

test("a note that is no note ends nothing", () => {
  const note = join(folder, "broken.process.json");
  for (const text of ["", "null", '{"pid":1}', '{"pid":-1,"startedAt":"x"}', '{"pid":"1","startedAt":"x"}']) {
    writeFileSync(note, text);
    expect(() => endLeftOver(note)).not.toThrow();
  }
});

test("lines are cut at newlines only: escapes and carriage returns stay, empty lines go", () => {
  const splitter = new LineSplitter();
  expect(splitter.push(Buffer.from("\u001b[31mred\u001b[0m\r\n\n10%\r20%\nhal"))).toEqual(["\u001b[31mred\u001b[0m\r", "10%\r20%"]);
  expect(splitter.push(Buffer.from("f"))).toEqual([]);
  expect(splitter.end()).toEqual(["half"]);
  expect(splitter.end()).toEqual([]);
});

test("a character that comes in two pieces stays whole, and bytes that are no text are replaced", () => {
  const splitter = new LineSplitter();
  const text = Buffer.from("né\n");
  splitter.push(text.subarray(0, 2));
  expect(splitter.push(text.subarray(2))).toEqual(["né"]);
  expect(splitter.push(Buffer.from([0xff, 0x41, 0x0a]))).toEqual(["\ufffdA"]);
});

test("a line of more than 256 KB becomes several, and no character is cut", () => {
  const splitter = new LineSplitter();
  const lines = [...splitter.push(Buffer.from("é".repeat(200_000))), ...splitter.push(Buffer.from("é\n"))];
  expect(lines).toHaveLength(2);
  expect(lines.join("")).toBe("é".repeat(200_001));
  expect(Buffer.byteLength(lines[0] as string)).toBeLessThanOrEqual(maximumLineBytes);
});
