import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { isMarkAlive, processMark, withFolderLock } from "./folder-lock";
import { makeServer } from "./server";
import type { Settings } from "./service";
import { services } from "./services";
import { Snapshot } from "./snapshot";
import { SandboxWorld } from "./world";

export type SandboxOptions = {
  /** 0 takes a free one. */
  port: number;
  /** Where the snapshot, task folders and log lines are kept. */
  dataFolder: string;
  /** 12 digits. */
  accountId?: string;
  settings?: Partial<Settings>;
};

export type RunningSandbox = { endpoint: string; world: SandboxWorld; close(): Promise<void> };

/** AWS's own account number for examples. */
const exampleAccount = "123456789012";
/** Loopback and nothing else: the sandbox runs commands for whoever reaches it. */
const host = "127.0.0.1";

/**
 * Starts the imitated AWS and goes on with what the data folder holds.
 * Throws a sentence for a taken port, a folder that another sandbox uses, or a wrong account number.
 */
export async function startSandbox(options: SandboxOptions): Promise<RunningSandbox> {
  const accountId = options.accountId ?? exampleAccount;
  if (!/^\d{12}$/.test(accountId)) throw new Error(`An AWS account number has 12 digits; "${accountId}" has not.`);
  const dataFolder = path.resolve(options.dataFolder);
  mkdirSync(dataFolder, { recursive: true });
  const release = await claim(dataFolder);
  try {
    return await start(options, accountId, dataFolder, release);
  } catch (error) {
    release();
    throw error;
  }
}

async function start(options: SandboxOptions, accountId: string, dataFolder: string, release: () => void): Promise<RunningSandbox> {
  const world = new SandboxWorld({ accountId, dataFolder, settings: options.settings, services }, () => snapshot.mark());
  const snapshot = new Snapshot(dataFolder, () => world.state());
  const loaded = snapshot.load();
  if (loaded.warning) process.stderr.write(`${loaded.warning}\n`);
  if (loaded.state) {
    if (loaded.state.accountId !== accountId)
      throw new Error(
        `The folder ${dataFolder} holds the sandbox of account ${loaded.state.accountId}, not of ${accountId}. Start with --account ${loaded.state.accountId}, or with another --data folder.`,
      );
    world.load(loaded.state);
  }

  const server = makeServer(world);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "EADDRINUSE" ? new Error(takenPort(options.port)) : error);
    });
    server.listen(options.port, host, resolve);
  });
  world.endpoint = `http://${host}:${(server.address() as AddressInfo).port}`;
  await world.start();

  let closing: Promise<void> | undefined;
  const end = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    await world.stop();
    server.closeAllConnections();
    await closed;
    await snapshot.close();
    release();
  };
  return {
    endpoint: world.endpoint,
    world,
    close: () => {
      closing ??= end();
      return closing;
    },
  };
}

function takenPort(port: number): string {
  return `Port ${port} is taken by another program. Stop that one, or choose another port with --port ${port + 1}.`;
}

/** Makes this process the only sandbox of the folder. A mark that a killed process left behind does not count. */
async function claim(folder: string): Promise<() => void> {
  const file = path.join(folder, "sandbox.pid");
  return await withFolderLock(path.join(folder, "lock"), async () => {
    const mark = markIn(file);
    if (mark && isMarkAlive(mark))
      throw new Error(
        `Another sandbox (process ${mark.split(":")[0]}) uses the folder ${folder}. Stop that one, or choose another folder with --data.`,
      );
    writeFileSync(file, processMark());
    return () => rmSync(file, { force: true });
  });
}

function markIn(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
