import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { isMarkAlive, processMark, withFolderLock } from "../folder-lock";
import { endGroup, isGroupLeft } from "./process-group";
import { Sentence } from "./sentence";

/** What is written down for the next start: who holds the folder, at which address, and which processes are its own. */
type Holder = { holder: string; address: string | null; children: { name: string; mark: string }[] };

export type StartLock = {
  /** What was found of a start that ended without cleaning up; to be told. */
  leftOver: string | null;
  /** Where the console answers, for a second start to say. */
  setAddress(address: string): void;
  /** Notes a child process, leader of its own group, so that it can be ended after kill -9 of this process. */
  addChild(name: string, pid: number): void;
  removeChild(pid: number): void;
  release(): void;
};

/**
 * Makes this process the only start in a folder. Throws a Sentence with the address of the one that runs.
 * A lock whose holder was killed is taken over; the processes that it noted, and no others, are ended first.
 */
export async function takeStartLock(dataFolder: string): Promise<StartLock> {
  mkdirSync(dataFolder, { recursive: true });
  const file = path.join(dataFolder, "start.json");
  return await withFolderLock(path.join(dataFolder, "start.lock"), async () => {
    const before = read(file);
    if (before && isMarkAlive(before.holder)) throw new Sentence(runsAlready(before, dataFolder));
    const leftOver = before ? await endLeftOver(before) : null;
    let mine: Holder = { holder: processMark(), address: null, children: [] };
    const write = (change: Partial<Holder>) => {
      mine = { ...mine, ...change };
      // Renamed into place, so that a kill leaves the old text or the new one.
      writeFileSync(`${file}.new`, JSON.stringify(mine));
      renameSync(`${file}.new`, file);
    };
    write({});
    return {
      leftOver,
      setAddress: (address) => write({ address }),
      addChild: (name, pid) => write({ children: [...mine.children, { name, mark: processMark(pid) }] }),
      removeChild: (pid) => write({ children: mine.children.filter(({ mark }) => pidOf(mark) !== pid) }),
      release: () => rmSync(file, { force: true }),
    };
  });
}

function runsAlready({ holder, address }: Holder, dataFolder: string): string {
  const where = address ? `at ${address}` : "and is still starting";
  return `Belfry runs already in ${dataFolder}, ${where} (process ${pidOf(holder)}). Use that one, stop it with Ctrl-C, or start another beside it with --data .data-2.`;
}

async function endLeftOver({ holder, children }: Holder): Promise<string> {
  const left = children.filter(({ mark }) => isGroupLeft(pidOf(mark), isMarkAlive(mark)));
  for (const { mark } of left) await endGroup(pidOf(mark), 2000);
  const names = left.map(({ name }) => name).join(" and ");
  const ended = left.length > 0 ? `; its ${names} still ran and ${left.length > 1 ? "were" : "was"} ended` : "";
  return `The last start (process ${pidOf(holder)}) was killed before it could clean up${ended}. Its lock is taken over.`;
}

const pidOf = (mark: string) => Number(mark.split(":")[0]);

function read(file: string): Holder | null {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Holder;
  } catch {
    return null;
  }
}
