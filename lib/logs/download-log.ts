import { isGone, isPassing, wordsOf } from "@/lib/aws/errors";
import type { Environment } from "@/lib/domain/environment";
import { NotFound, Refused, Unavailable } from "@/lib/domain/errors";
import { plainText } from "@/lib/domain/log-text";
import type { LogLine, Run } from "@/lib/domain/run";
import { type LogDeps, logDeps } from "./log-deps";
import { pageReader } from "./read-page";
import type { LogPage } from "./shared-stream";
import { whyNoLines } from "./why-no-lines";

export type DownloadOptions = {
  /** "strip": words only. "keep": as the program wrote it, colours and all. */
  ansi: "keep" | "strip";
  /** Each line begins with its moment in UTC. */
  times: boolean;
};

type DownloadRequest = {
  run: Run;
  environment: Environment;
  jobSlug: string;
  options: DownloadOptions;
  signal: AbortSignal;
  deps?: LogDeps;
};

export type Download = { fileName: string; text: AsyncGenerator<string> };

/**
 * A run's whole log up to now, page by page: never more than one page is in memory.
 * The first page is read before it answers, so that a refusal still has a status of its own. Throws NotFound where nothing
 * is left, Refused, Unavailable. An error later on breaks the download off, which a browser shows.
 */
export async function downloadLog({ run, environment, jobSlug, options, signal, deps = logDeps() }: DownloadRequest): Promise<Download> {
  const fileName = `${jobSlug}-${momentInName(run.dueAt)}-${run.id.slice(-8)}.log`;
  const { logGroup: group, logStream: stream } = run;
  if (!group || !stream) return { fileName, text: keptTail(run, whyNoLines(run), options) };
  const readPage = pageReader(deps.logs(environment), { group, stream }, deps.clock);
  let first: LogPage;
  try {
    first = await readPage(null, signal);
  } catch (error) {
    if (isGone(error)) return { fileName, text: keptTail(run, whyNoLines(run), options) };
    const { code, message } = wordsOf(error);
    if (isPassing(error)) throw new Unavailable("CloudWatch does not answer at the moment: try again in some seconds.");
    throw new Refused(`CloudWatch refuses to show this log (${code}: ${message}).`);
  }
  return { fileName, text: pages(first, (token) => readPage(token, signal), options) };
}

async function* pages(first: LogPage, next: (token: string) => Promise<LogPage>, options: DownloadOptions): AsyncGenerator<string> {
  for (let page = first; ; page = await next(page.nextToken)) {
    if (page.lines.length > 0) yield toText(page.lines, options);
    if (page.atEnd) return;
  }
}

/** Throws NotFound at once, before anything was sent, where no line was kept either. */
function keptTail(run: Run, why: string, options: DownloadOptions): AsyncGenerator<string> {
  const lines = run.logTail ?? [];
  if (lines.length === 0) throw new NotFound(why);
  return (async function* () {
    yield `# ${why} Belfry kept the last ${lines.length === 1 ? "line" : `${lines.length} lines`} with the run.\n`;
    yield toText(lines, options);
  })();
}

function toText(lines: LogLine[], { ansi, times }: DownloadOptions): string {
  return lines
    .map(({ at, text }) => `${times ? `${new Date(at).toISOString()} ` : ""}${ansi === "strip" ? plainText(text) : text}\n`)
    .join("");
}

/** 2026-11-21T09:30:00.000Z as 20261121T093000Z. */
function momentInName(at: Date): string {
  return at
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replaceAll(/[-:]/g, "");
}
