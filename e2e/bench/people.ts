import type { BenchHouse } from "./bench-house";
import { describeSamples, type Figure } from "./figures";
import { makeJob, until, untilVerified } from "./jobs";

/** From the request that saves a job to the moment at which the console says that AWS was read back. */
export async function measureSaving({ api }: BenchHouse): Promise<Figure[]> {
  const samples: number[] = [];
  for (let round = 0; round < 20; round += 1) {
    const slug = `saving-${crypto.randomUUID().slice(0, 8)}`;
    const from = performance.now();
    await makeJob(api, slug, ["true"]);
    await untilVerified(api, slug);
    samples.push(performance.now() - from);
  }
  return [{ what: "saved to verified", figure: describeSamples(samples) }];
}

/** From the request "run now" to the clock that the process reads first; the phases of the imitated ECS take no time. */
export async function measureFirstInstruction({ api }: BenchHouse): Promise<Figure[]> {
  const slug = `first-${crypto.randomUUID().slice(0, 8)}`;
  await makeJob(api, slug, ["date", "+%s%3N"]);
  await untilVerified(api, slug);
  const samples: number[] = [];
  for (let round = 0; round < 15; round += 1) {
    const from = Date.now();
    const answer = await api.post(`/api/v1/jobs/${slug}/runs`, { data: { requestKey: crypto.randomUUID() } });
    const { id } = (await answer.json()) as { id: string };
    const line = await until("first line", async () => {
      const log = await api.get(`/api/v1/runs/${id}/log/download`);
      const text = log.ok() ? await log.text() : "";
      return /\d{13}/.exec(text)?.[0] ?? null;
    });
    samples.push(Number(line) - from);
  }
  return [{ what: "run now to the process's first instruction", figure: describeSamples(samples) }];
}
