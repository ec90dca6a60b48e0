import { eventStream, type StreamedEvent } from "@/app/api/event-stream";
import { handle } from "@/app/api/handle";
import { sessionRight } from "@/app/api/session-right";
import { type LogBatch, tailRun } from "@/lib/logs/tail-run";
import { getRun } from "@/lib/runs/get-run";

export const dynamic = "force-dynamic";

/** A run's log as server-sent events: `lines`, `state`, and `end` as the last. `Last-Event-ID` or `?cursor=` resumes. */
export const GET = (request: Request, { params }: { params: Promise<{ run: string }> }) =>
  handle(request, async ({ actor, search }) => {
    const { run, environment } = await getRun({ actor, runId: (await params).run });
    const cursor = request.headers.get("last-event-id") ?? search.get("cursor");
    return eventStream({
      request,
      isStillAllowed: await sessionRight("read"),
      events: (signal) => toEvents(tailRun({ run, environment, cursor, signal })),
    });
  });

async function* toEvents(batches: AsyncGenerator<LogBatch>): AsyncGenerator<StreamedEvent> {
  let told = "";
  for await (const { lines, cursor, state, note } of batches) {
    if (lines.length > 0) yield { event: "lines", id: cursor, data: { lines } };
    const saying = `${state} ${note}`;
    if (saying !== told) yield { event: isLast(state) ? "end" : "state", data: { state, note } };
    told = saying;
  }
}

const isLast = (state: LogBatch["state"]) => state === "complete" || state === "gone" || state === "stored-tail";
