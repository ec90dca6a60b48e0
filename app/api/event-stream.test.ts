import { afterEach, expect, test, vi } from "vitest";
import { eventStream, type StreamedEvent } from "./event-stream";
import { closeOpenStreams } from "./open-streams";

afterEach(() => closeOpenStreams());

async function* forever(signal: AbortSignal, ended: () => void): AsyncGenerator<StreamedEvent> {
  try {
    yield { event: "lines", id: "1.0.", data: { lines: [] } };
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
  } finally {
    ended();
  }
}

type Opened = { isStillAllowed?: () => Promise<boolean>; heartbeatSeconds?: number; recheckSeconds?: number };

function open(options: Opened = {}) {
  const ended = vi.fn();
  const leaving = new AbortController();
  const response = eventStream({
    request: new Request("http://belfry.test/log", { signal: leaving.signal }),
    events: (signal) => forever(signal, ended),
    isStillAllowed: async () => true,
    ...options,
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const done = (async () => {
    for (;;) {
      const piece = await reader?.read();
      if (!piece || piece.done) return;
      text += piece.value;
    }
  })();
  return { response, done, text: () => text, ended, leave: () => leaving.abort() };
}

const until = (see: () => void) => vi.waitFor(see, { timeout: 5_000, interval: 10 });

test("an event is told with its name, its data and the place to come back to", async () => {
  const stream = open();
  await until(() => expect(stream.text()).toBe('retry: 1000\n\nid: 1.0.\nevent: lines\ndata: {"lines":[]}\n\n'));
  expect(stream.response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  expect(stream.response.headers.get("cache-control")).toContain("no-transform");
});

test("a process that leaves says so to everybody, and the streams end", async () => {
  const streams = [open(), open()];
  await until(() => expect(streams.every((stream) => stream.text().includes("lines"))).toBe(true));
  closeOpenStreams();
  await Promise.all(streams.map((stream) => stream.done));
  for (const stream of streams) {
    expect(stream.text()).toMatch(/event: shutdown\ndata: \{"reason":"leaving"\}\n\n$/);
    await until(() => expect(stream.ended).toHaveBeenCalledOnce());
  }
});

test("a reader that goes away ends what was read for it", async () => {
  const stream = open();
  await until(() => expect(stream.text()).toContain("lines"));
  stream.leave();
  await stream.done;
  await until(() => expect(stream.ended).toHaveBeenCalledOnce());
});

test("a right that was withdrawn ends the stream", async () => {
  let allowed = true;
  const stream = open({ isStillAllowed: async () => allowed, recheckSeconds: 0.02 });
  await until(() => expect(stream.text()).toContain("lines"));
  allowed = false;
  await stream.done;
  expect(stream.text()).toMatch(/event: shutdown\ndata: \{"reason":"not-allowed"\}\n\n$/);
});

test("where the right cannot be asked now, the stream goes on", async () => {
  const asked = vi.fn(() => Promise.reject(new Error("Postgres is away")));
  const stream = open({ isStillAllowed: asked, recheckSeconds: 0.02 });
  await until(() => expect(asked.mock.calls.length).toBeGreaterThan(2));
  expect(stream.text()).not.toContain("shutdown");
});

test("a silent stream shows that it lives", async () => {
  const stream = open({ heartbeatSeconds: 0.02 });
  await until(() => expect(stream.text()).toContain(": still here\n\n: still here\n\n"));
});

test("a stream that has told everything closes by itself", async () => {
  const response = eventStream({
    request: new Request("http://belfry.test/log"),
    events: async function* () {
      yield { event: "end", data: { state: "complete", note: null } };
    },
    isStillAllowed: async () => true,
  });
  expect(await response.text()).toBe('retry: 1000\n\nevent: end\ndata: {"state":"complete","note":null}\n\n');
});

test("a reader that takes nothing is sent nothing more, and what was read for it ends when it goes", async () => {
  const [told, ended] = [vi.fn(), vi.fn()];
  const leaving = new AbortController();
  const response = eventStream({
    request: new Request("http://belfry.test/log", { signal: leaving.signal }),
    events: async function* () {
      try {
        for (let n = 0; ; n++) {
          told();
          yield { event: "lines", data: { n } };
        }
      } finally {
        ended();
      }
    },
    isStillAllowed: async () => true,
  });
  await response.body?.getReader().read();
  await until(() => expect(told).toHaveBeenCalled());
  // That nothing more happens can only be seen by waiting.
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(told.mock.calls.length).toBeLessThan(3);
  expect(ended).not.toHaveBeenCalled();
  leaving.abort();
  await until(() => expect(ended).toHaveBeenCalledOnce());
});
