import { eventStream, type StreamedEvent } from "@/app/api/event-stream";
import { handle, numberOf } from "@/app/api/handle";
import { sessionRight } from "@/app/api/session-right";
import { getRunLog } from "@/lib/logs/get-run-log";
import { type LogNews, tailRun } from "@/lib/logs/tail-run";

export const dynamic = "force-dynamic";

/**
 * A run's log as server-sent events: `lines`, `size`, `state`, and `end` as the last. `?container=` chooses whose,
 * `?from=` the first line; `Last-Event-ID` resumes behind the last line that was told.
 */
export const GET = (request: Request, { params }: { params: Promise<{ run: string }> }) =>
  handle(request, async ({ actor, search }) => {
    const log = await getRunLog({ actor, runId: (await params).run, container: search.get("container") });
    const from = numberOf(search, "from") ?? null;
    const after = /^\d{1,12}$/.exec(request.headers.get("last-event-id") ?? "")?.[0];
    return eventStream({
      request,
      isStillAllowed: await sessionRight("read"),
      events: (signal) => toEvents(tailRun({ ...log, from, after: after === undefined ? null : Number(after), signal })),
    });
  });

async function* toEvents(tail: AsyncGenerator<LogNews>): AsyncGenerator<StreamedEvent> {
  for await (const { kind, ...data } of tail) {
    const id = "lines" in data ? data.lines.at(-1)?.n : undefined;
    yield { event: kind, data, ...(id !== undefined && { id: String(id) }) };
  }
}
