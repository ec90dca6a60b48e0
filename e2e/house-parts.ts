import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "@playwright/test";
import { startEmbedded, stopEmbedded } from "@/lib/sandbox/postgres";
import { consoleAddress, dataFolder } from "./house";

const postgres = { projectFolder: join(import.meta.dirname, ".."), dataFolder: join(dataFolder, "postgres") };

/** Stops the house's Postgres while `work` is done, and starts it again at the same port. */
export async function withPostgresAway(work: () => Promise<void>): Promise<void> {
  // Joined, to learn its port; never released, because whoever leaves last stops it.
  const { url, joined } = await startEmbedded(postgres);
  expect(joined).toBe(true);
  await stopEmbedded(postgres);
  try {
    await work();
  } finally {
    const back = await startEmbedded({ ...postgres, port: Number(new URL(url).port) });
    expect(back.url).toBe(url);
    await expect.poll(async () => (await health()).status).toBe(200);
  }
}

/** What the web server says of itself; status 0 while it does not answer. */
export async function health(): Promise<{ status: number; postgres?: string; workerSeenAt?: string | null }> {
  try {
    const answer = await fetch(`${consoleAddress}/api/health`);
    return { status: answer.status, ...((await answer.json()) as object) };
  } catch {
    return { status: 0 };
  }
}

/** The process that the launcher keeps running under this name; null between two of them. */
export function pidOf(name: "worker" | "web"): number | null {
  const { children } = JSON.parse(readFileSync(join(dataFolder, "start.json"), "utf8")) as { children: { name: string; mark: string }[] };
  const mark = children.find((child) => child.name === name)?.mark;
  return mark === undefined ? null : Number(mark.split(":")[0]);
}

/** kill -9, and the wait until the launcher has started another. */
export async function killAndAwaitNext(name: "worker" | "web"): Promise<void> {
  const pid = signal(name, "SIGKILL");
  await expect.poll(() => pidOf(name) ?? pid).not.toBe(pid);
}

/** Sends a signal to a part of the house, and answers its pid. */
export function signal(name: "worker" | "web", kind: "SIGKILL" | "SIGSTOP"): number {
  const pid = pidOf(name);
  if (pid === null) throw new Error(`The ${name} does not run.`);
  process.kill(pid, kind);
  return pid;
}
