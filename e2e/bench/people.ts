import type { APIRequestContext, Browser } from "@playwright/test";
import { describeSamples, type Figure } from "./figures";

type Made = { slug: string; generation: number };

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Asks again every 10 ms until there is an answer; throws after a minute. */
async function until<Answer>(what: string, ask: () => Promise<Answer | null>): Promise<Answer> {
  for (const end = Date.now() + 60_000; Date.now() < end; await pause(10)) {
    const answer = await ask();
    if (answer !== null) return answer;
  }
  throw new Error(`Within a minute there was no ${what}.`);
}

async function makeJob(api: APIRequestContext, slug: string, command: string[]): Promise<Made> {
  const answer = await api.post("/api/v1/jobs", {
    data: {
      name: `Bench ${slug}`,
      slug,
      application: "measured",
      definition: { image: "busybox:1.36", command, cpu: 256, memory: 512 },
      expression: "cron(0 4 1 1 ? *)",
      timeZone: "UTC",
    },
  });
  if (!answer.ok()) throw new Error(await answer.text());
  return (await answer.json()) as Made;
}

/** From the request that saves a job to the moment at which the console says that AWS was read back. */
export async function measureSaving(api: APIRequestContext): Promise<Figure> {
  const samples: number[] = [];
  for (let round = 0; round < 20; round += 1) {
    const from = performance.now();
    const { slug, generation } = await makeJob(api, `saving-${round}`, ["true"]);
    await until("verified job", async () => {
      const { job } = (await (await api.get(`/api/v1/jobs/${slug}`)).json()) as { job: { observedGeneration: number } };
      return job.observedGeneration >= generation ? job : null;
    });
    samples.push(performance.now() - from);
  }
  return { what: "saved to verified", figure: describeSamples(samples) };
}

/** From the request "run now" to the clock that the process reads first; the phases of the imitated ECS take no time. */
export async function measureRunNow(api: APIRequestContext): Promise<Figure> {
  const { slug } = await makeJob(api, "run-now", ["date", "+%s%3N"]);
  await until("verified job", async () => {
    const { sync } = (await (await api.get(`/api/v1/jobs/${slug}`)).json()) as { sync: string };
    return sync === "verified" ? sync : null;
  });
  const samples: number[] = [];
  for (let round = 0; round < 15; round += 1) {
    const from = Date.now();
    const run = (await (await api.post(`/api/v1/jobs/${slug}/runs`, { data: { requestKey: crypto.randomUUID() } })).json()) as {
      id: string;
    };
    const line = await until("first line", async () => {
      const answer = await api.get(`/api/v1/runs/${run.id}/log/download`);
      const text = answer.ok() ? await answer.text() : "";
      return /\d{13}/.exec(text)?.[0] ?? null;
    });
    samples.push(Number(line) - from);
  }
  return { what: "run now to the process's first instruction", figure: describeSamples(samples) };
}

/** From the moment a process writes a line to the moment the line stands in the browser. */
export async function measureLine(api: APIRequestContext, browser: Browser, address: string, stateFile: string): Promise<Figure> {
  const { slug } = await makeJob(api, "live-lines", [
    "sh",
    "-c",
    "i=0; while [ $i -lt 60 ]; do date +written=%s%3N; i=$((i+1)); sleep 0.5; done",
  ]);
  const run = (await (await api.post(`/api/v1/jobs/${slug}/runs`, { data: { requestKey: crypto.randomUUID() } })).json()) as { id: string };
  const context = await browser.newContext({ baseURL: address, storageState: stateFile });
  const page = await context.newPage();
  await page.addInitScript(() => {
    const seen = new Set<string>();
    const delays: number[] = [];
    Object.assign(globalThis, { belfryDelays: delays });
    new MutationObserver(() => {
      for (const match of document.body?.innerText.matchAll(/written=(\d{13})/g) ?? []) {
        const written = match[1] ?? "";
        if (seen.has(written)) continue;
        seen.add(written);
        delays.push(Date.now() - Number(written));
      }
    }).observe(document, { childList: true, subtree: true, characterData: true });
  });
  await page.goto(`/jobs/${slug}/runs/${run.id}`);
  const delays = await until("forty lines", async () => {
    const found = await page.evaluate(() => (globalThis as unknown as { belfryDelays: number[] }).belfryDelays);
    return found.length > 40 ? found : null;
  });
  await context.close();
  // The first lines were written before the page was open.
  return { what: "line written to line in the browser", figure: describeSamples(delays.slice(10)) };
}
