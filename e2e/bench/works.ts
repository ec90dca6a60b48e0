import type { BenchHouse } from "./bench-house";
import { describeSamples, type Figure, percentile } from "./figures";
import { makeJob, nowMs, pause, until, untilVerified } from "./jobs";
import { cpuSeconds } from "./process-figures";
import { eventsOf, openEventQueue } from "./task-events";

/** From the moment at which a request "run now" is sent to the console to the moment at which RunTask reaches AWS. */
export async function measureRunNow(house: BenchHouse, presses = 60): Promise<Figure[]> {
  const { slug } = await makeJob(house.api, `run-now-${crypto.randomUUID().slice(0, 8)}`, ["true"]);
  await untilVerified(house.api, slug);
  const warmUp = 15;
  await house.control.forgetCalls();
  const sentAt = new Map<string, number>();
  for (let press = 0; press < presses + warmUp; press += 1) {
    const from = nowMs();
    const answer = await fetch(`${house.address}/api/v1/jobs/${slug}/runs`, {
      method: "POST",
      headers: { cookie: house.cookie, "content-type": "application/json" },
      body: JSON.stringify({ requestKey: crypto.randomUUID() }),
    });
    const { id } = (await answer.json()) as { id: string };
    if (!answer.ok) throw new Error(`Run now was answered ${answer.status}.`);
    if (press >= warmUp) sentAt.set(id, from);
    // As people press: one run is under way before the next is asked for.
    await pause(150 + Math.random() * 100);
  }
  const samples = await until("RunTask for each request", async () => {
    const calls = (await house.control.recentCalls()).filter(({ name }) => name === "ecs.RunTask");
    const found = [...sentAt].flatMap(([id, from]) => {
      const call = calls.find(({ clientToken }) => clientToken === id);
      return call ? [call.at - from] : [];
    });
    return found.length === sentAt.size ? found : null;
  });
  return [
    {
      what: "run now: request in to RunTask out",
      figure: describeSamples(samples),
      bound: "median 15 ms, p95 40 ms",
      held: percentile(samples, 0.5) < 15 && percentile(samples, 0.95) < 40,
    },
  ];
}

const tasks = 2000;

/** How many events a second the worker takes from the queue into the history, while ten thousand wait there. */
export async function measureEvents(house: BenchHouse): Promise<Figure[]> {
  const queue = await openEventQueue(house);
  try {
    const events = eventsOf(queue, tasks, Date.now() - 7_200_000);
    const worker = house.pidOf("worker");
    if (!worker) throw new Error("There is no worker.");
    process.kill(worker, "SIGSTOP");
    await queue.put(events);
    const cpuBefore = cpuSeconds(worker);
    const from = performance.now();
    process.kill(worker, "SIGCONT");
    await until("history of all events", async () => ((await queue.endedRuns()) >= tasks ? true : null), 300, 100);
    await until("empty queue", async () => ((await queue.waiting()) === 0 ? true : null));
    const seconds = (performance.now() - from) / 1000;
    const rate = events.length / seconds;
    return [
      {
        what: `events from the queue into the history, ${events.length.toLocaleString("en")} of ${tasks.toLocaleString("en")} tasks`,
        figure: `${Math.round(rate).toLocaleString("en")} a second, the worker's CPU ${(((cpuSeconds(worker) - cpuBefore) / seconds) * 100).toFixed(0)} %`,
        bound: "1,000 a second",
        held: rate >= 1000,
      },
    ];
  } finally {
    await queue.close();
  }
}
