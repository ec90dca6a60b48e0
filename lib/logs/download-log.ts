import { NotFound, Refused, Unavailable } from "@/lib/domain/errors";
import { hasSteering, plainText } from "@/lib/domain/log-text";
import type { Run } from "@/lib/domain/run";
import { allContainers, type ContainerChoice, containerName } from "./choose-container";
import { type Hold, type LogCopies, type LogRequest, logCopies } from "./log-copies";
import type { LogCopy } from "./log-copy";
import type { LogBlock } from "./log-file";
import { requireSomething } from "./read-lines";

export type DownloadOptions = {
  /** "strip": words only. "keep": as the program wrote it, colours and all. */
  ansi: "keep" | "strip";
  /** Each line begins with its moment in UTC. */
  times: boolean;
};

type DownloadRequest = LogRequest & { jobSlug: string; options: DownloadOptions; signal: AbortSignal; copies?: LogCopies };

export type Download = { fileName: string; text: AsyncGenerator<Uint8Array> };

/** So many looks in a row without an answer from CloudWatch end a download that waits for lines. */
const mostFailures = 6;

/**
 * A run's whole log up to now, taken from the copy as fast as it is wanted: never more than some 100 kB are in memory.
 * The first lines are there before it answers, so that a refusal still has a status of its own. Throws NotFound where nothing
 * is left, Refused, Unavailable. An error later on breaks the download off, which a browser shows.
 */
export async function downloadLog({ jobSlug, options, signal, copies = logCopies(), ...request }: DownloadRequest): Promise<Download> {
  const hold = copies.join(request);
  try {
    const { copy } = hold;
    const isReady = () => copy.isCaughtUp || copy.file.count > 0 || copy.failures > 2;
    while (!isReady()) await copy.changed(copy.version, signal);
    const { state, note } = copy.told();
    if (copy.file.count === 0 && state === "gone") throw copy.isRefused ? new Refused(note ?? "") : new NotFound(note ?? "");
    requireSomething(copy);
  } finally {
    hold.leave();
  }
  return { fileName: nameOf({ ...request, jobSlug }), text: toText(() => copies.join(request), { options, signal }) };
}

/** Joins with the first piece that is wanted: an answer that nobody takes holds nothing. */
async function* toText(join: () => Hold, { options, signal }: Pick<DownloadRequest, "options" | "signal">): AsyncGenerator<Uint8Array> {
  const { copy, leave } = join();
  const { file } = copy;
  try {
    for (let next = 1; ; ) {
      const { version, isCaughtUp: isAll } = copy;
      const { count, first } = file;
      if (next === 1 && copy.standing?.state === "stored-tail") yield Buffer.from(`# ${copy.standing.note}\n`);
      if (first > next && count > 0)
        yield Buffer.from(`# The log is longer than the room for it here: lines ${next} to ${first - 1} are left out.\n`);
      next = Math.max(next, first);
      for await (const block of file.blocks(next, count)) {
        signal.throwIfAborted();
        // The copy went on without a reader that was too slow.
        if (block.first > next) break;
        yield blockText(copy, block, options);
        next = block.first + block.count;
      }
      if (next <= count) continue;
      if (isAll) return;
      if (copy.failures >= mostFailures) throw new Unavailable("CloudWatch does not answer at the moment: try again in some seconds.");
      await copy.changed(version, signal);
    }
  } finally {
    leave();
  }
}

/** As it is in the copy, where nothing has to be put in or left out. */
function blockText({ containers }: LogCopy, { text, count, at, container }: LogBlock, { ansi, times }: DownloadOptions): Uint8Array {
  if (!times && containers.length === 0 && ansi === "keep") return text;
  const whole = text.toString("utf8");
  const strips = ansi === "strip" && hasSteering(whole);
  if (!times && containers.length === 0 && !strips) return text;
  const lines = whole.split("\n");
  let out = "";
  for (let index = 0; index < count; index++) {
    const line = lines[index] ?? "";
    if (times) out += `${new Date(at(index)).toISOString()} `;
    if (containers.length > 0) out += `${containers[container(index)]}: `;
    out += `${strips ? plainText(line) : line}\n`;
  }
  return Buffer.from(out);
}

/** nightly-report-20261121T093000Z-1f2e3d4c.log, with the container where one was chosen. */
function nameOf({ run, container, jobSlug }: { run: Run; container: ContainerChoice; jobSlug: string }): string {
  const chosen = container === containerName ? "" : `-${container === allContainers ? "all" : container.replace(/[^\w-]/g, "_")}`;
  return `${jobSlug}-${momentInName(run.dueAt)}-${run.id.slice(-8)}${chosen}.log`;
}

/** 2026-11-21T09:30:00.000Z as 20261121T093000Z. */
function momentInName(at: Date): string {
  return at
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replaceAll(/[-:]/g, "");
}
