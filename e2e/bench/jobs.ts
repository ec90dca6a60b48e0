import type { APIRequestContext } from "@playwright/test";

type Made = { id: string; slug: string; generation: number };

/** Real milliseconds since 1970 with fractions, as the sandbox notes a call's arrival. */
export const nowMs = () => performance.timeOrigin + performance.now();

/** Waits so many milliseconds. */
export const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Asks again every 10 ms, unless told, until there is an answer; throws after `seconds`. */
export async function until<Answer>(what: string, ask: () => Promise<Answer | null>, seconds = 60, everyMs = 10): Promise<Answer> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await pause(everyMs)) {
    const answer = await ask();
    if (answer !== null) return answer;
  }
  throw new Error(`Within ${seconds} s there was no ${what}.`);
}

type MoreOfJob = { expression?: string; application?: string };

/** Saves a job; its schedule starts it once a year only, unless told. */
export async function makeJob(
  api: APIRequestContext,
  slug: string,
  command: string[],
  { expression = "cron(0 4 1 1 ? *)", application = "measured" }: MoreOfJob = {},
): Promise<Made> {
  const answer = await api.post("/api/v1/jobs", {
    data: {
      name: `Bench ${slug}`,
      slug,
      application,
      definition: { image: "busybox:1.36", command, cpu: 256, memory: 512 },
      expression,
      timeZone: "UTC",
    },
  });
  if (!answer.ok()) throw new Error(await answer.text());
  return (await answer.json()) as Made;
}

/** Until the console says that AWS was read back and matches. */
export async function untilVerified(api: APIRequestContext, slug: string): Promise<void> {
  await until(`verified job ${slug}`, async () => {
    const { sync } = (await (await api.get(`/api/v1/jobs/${slug}`)).json()) as { sync: string };
    return sync === "verified" ? sync : null;
  });
}
