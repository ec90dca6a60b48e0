import { trackStream } from "./open-streams";

export type StreamedEvent = { event: string; data: unknown; id?: string };

type EventStream = {
  request: Request;
  /** Asked for one event at a time, when the reader has taken the one before. */
  events: (signal: AbortSignal) => AsyncGenerator<StreamedEvent>;
  /** Looked at once a minute: the stream ends when it says no. */
  isStillAllowed: () => Promise<boolean>;
  heartbeatSeconds?: number;
  recheckSeconds?: number;
};

/**
 * Server-sent events (HTML standard, "Server-sent events"). The last event is `shutdown` when the server ends it: with the
 * reason "leaving" the reader may come again at once, with "not-allowed" it has to sign in first.
 * `no-transform` keeps proxies and Next from compressing it: that buys nothing and costs a context for each reader.
 */
export function eventStream({ request, events, isStillAllowed, heartbeatSeconds = 15, recheckSeconds = 60 }: EventStream): Response {
  const ended = new AbortController();
  const iterator = events(ended.signal);
  const encoder = new TextEncoder();
  const timers: NodeJS.Timeout[] = [];
  let forget = () => {};

  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const write = (text: string) => controller.enqueue(encoder.encode(text));
      const end = (reason?: "leaving" | "not-allowed") => {
        if (ended.signal.aborted) return;
        if (reason) write(toText({ event: "shutdown", data: { reason } }));
        ended.abort();
        controller.close();
      };
      ended.signal.addEventListener("abort", () => {
        for (const timer of timers) clearInterval(timer);
        forget();
        // Wherever it stands, what it holds is given back.
        iterator.return(undefined).catch(() => {});
      });
      forget = trackStream(() => end("leaving"));
      // A reader that takes nothing gets no heartbeats either: they would pile up.
      timers.push(setInterval(() => (controller.desiredSize ?? 0) > 0 && write(": still here\n\n"), heartbeatSeconds * 1000));
      timers.push(
        setInterval(() => {
          isStillAllowed().then(
            (allowed) => allowed || end("not-allowed"),
            () => {}, // whoever cannot be asked now is asked again in a minute
          );
        }, recheckSeconds * 1000),
      );
      request.signal.addEventListener("abort", () => end(), { once: true });
      write("retry: 1000\n\n");
      if (request.signal.aborted) end();
    },
    async pull(controller) {
      try {
        const { value, done } = await iterator.next();
        if (ended.signal.aborted) return;
        if (!done) return controller.enqueue(encoder.encode(toText(value)));
        ended.abort();
        controller.close();
      } catch (error) {
        if (ended.signal.aborted) return;
        ended.abort();
        controller.error(error);
      }
    },
    cancel() {
      ended.abort();
    },
  });

  return new Response(body, {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
      // Nothing follows on this connection: a server that leaves need not wait for what might.
      connection: "close",
    },
  });
}

function toText({ event, data, id }: StreamedEvent): string {
  return `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
