import { choiceOf, handle } from "@/app/api/handle";
import { downloadLog } from "@/lib/logs/download-log";
import { getRunLog } from "@/lib/logs/get-run-log";

export const dynamic = "force-dynamic";

/** A run's whole log as text. `?ansi=keep` leaves colours in, `?times=utc` puts each line's moment before it, `?container=` chooses whose. */
export const GET = (request: Request, { params }: { params: Promise<{ run: string }> }) =>
  handle(request, async ({ actor, search }) => {
    const ansi = choiceOf(search, "ansi", ["keep", "strip"]) ?? "strip";
    const times = (choiceOf(search, "times", ["utc", "off"]) ?? "off") === "utc";
    const log = await getRunLog({ actor, runId: (await params).run, container: search.get("container") });
    const { fileName, text } = await downloadLog({ ...log, options: { ansi, times }, signal: request.signal });
    return new Response(toBody(text), {
      headers: {
        "content-type": "text/plain; charset=utf-8",
        "content-disposition": `attachment; filename="${fileName}"`,
        "cache-control": "no-store, no-transform",
        // Whatever a program wrote is never taken for a page of ours.
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; sandbox",
      },
    });
  });

/** Takes the next piece when the reader has taken the one before. */
function toBody(text: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await text.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await text.return(undefined);
    },
  });
}
