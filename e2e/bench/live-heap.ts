import { until } from "./jobs";

/** Megabytes that a Node process holds alive: what is left of its heap after a collection. Its inspector is opened by a signal, on Node's usual port. */
export async function liveHeapMegabytes(pid: number): Promise<number> {
  process.kill(pid, "SIGUSR1");
  const address = await until("inspector", async () => {
    const answer = await fetch("http://127.0.0.1:9229/json").catch(() => null);
    const [target] = answer ? ((await answer.json()) as { webSocketDebuggerUrl: string }[]) : [];
    return target?.webSocketDebuggerUrl ?? null;
  });
  const socket = new WebSocket(address);
  try {
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = reject;
    });
    await ask(socket, 1, "HeapProfiler.enable");
    await ask(socket, 2, "HeapProfiler.collectGarbage");
    const { usedSize } = await ask<{ usedSize: number }>(socket, 3, "Runtime.getHeapUsage");
    return usedSize / 1e6;
  } finally {
    socket.close();
  }
}

function ask<Answer>(socket: WebSocket, id: number, method: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onMessage = ({ data }: MessageEvent) => {
      const answer = JSON.parse(String(data)) as { id?: number; result?: Answer; error?: { message: string } };
      if (answer.id !== id) return;
      socket.removeEventListener("message", onMessage);
      if (answer.result) resolve(answer.result);
      else reject(new Error(`${method}: ${answer.error?.message}`));
    };
    socket.addEventListener("message", onMessage);
    socket.send(JSON.stringify({ id, method }));
  });
}
