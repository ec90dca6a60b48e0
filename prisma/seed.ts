/*
 * Sample jobs for a database that has none: one that succeeds, one that fails, one that is slow, one that is paused.
 * They are saved by the same verbs that the console uses. A database with jobs of its own is left as it is, and a sample
 * that was there once is not made again.
 *   DATABASE_URL=... tsx prisma/seed.ts
 */
import { randomUUID } from "node:crypto";
import { database } from "@/lib/db/client";
import type { Actor } from "@/lib/domain/actor";
import { pauseJob } from "@/lib/jobs/pause-job";
import { saveJob } from "@/lib/jobs/save-job";
import { requestRun } from "@/lib/runs/request-run";
import { sampleJobs } from "./sample-jobs";

const actor: Actor = { id: "sample-jobs", name: "Sample jobs", role: "admin" };
const db = database();
try {
  const known = new Set((await db.job.findMany({ select: { slug: true } })).map(({ slug }) => slug));
  const samples = new Set(sampleJobs.map(({ input }) => input.slug));
  const isForeign = [...known].some((slug) => !samples.has(slug));
  const missing = isForeign ? [] : sampleJobs.filter(({ input }) => !known.has(input.slug));
  for (const { input, pauseReason, runsAtOnce } of missing) {
    await saveJob({ actor, slug: null, input });
    if (pauseReason) await pauseJob({ actor, slug: input.slug, reason: pauseReason });
    if (runsAtOnce) await requestRun({ actor, slug: input.slug, requestKey: randomUUID() });
  }
  console.log(JSON.stringify({ made: missing.map(({ input }) => input.slug) }));
} finally {
  await db.$disconnect();
}
