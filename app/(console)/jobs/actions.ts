"use server";

import type { Outcome } from "@/components/shell/outcome";
import type { JobInput } from "@/lib/domain/job";
import { deleteJob } from "@/lib/jobs/delete-job";
import { pauseJob, resumeJob } from "@/lib/jobs/pause-job";
import { type JobPreview, previewJob } from "@/lib/jobs/preview-job";
import { saveJob } from "@/lib/jobs/save-job";
import { requestRun } from "@/lib/runs/request-run";
import { requestStop } from "@/lib/runs/request-stop";
import { act } from "../act";

// What comes in here was sent by somebody's browser: its types are only a hope. Texts and numbers are made such, so that
// no object reaches a query; the verbs judge the rest.

export async function saveJobAction(request: {
  slug: string | null;
  input: JobInput;
  expectedGeneration: number | null;
}): Promise<Outcome<{ slug: string }>> {
  return act(async (actor) => {
    const { slug, input, expectedGeneration } = request;
    const job = await saveJob({
      actor,
      slug: slug === null ? null : String(slug),
      input,
      ...(expectedGeneration !== null && { expectedGeneration: Number(expectedGeneration) }),
    });
    return { slug: job.slug };
  });
}

export async function previewJobAction({ slug, input }: { slug: string | null; input: JobInput }): Promise<Outcome<JobPreview>> {
  return act((actor) => previewJob({ actor, slug: slug === null ? null : String(slug), input }));
}

export async function pauseJobAction(slug: string, reason: string): Promise<Outcome> {
  return act(async (actor) => {
    await pauseJob({ actor, slug: String(slug), reason: String(reason) });
    return null;
  });
}

export async function resumeJobAction(slug: string): Promise<Outcome> {
  return act(async (actor) => {
    await resumeJob({ actor, slug: String(slug) });
    return null;
  });
}

export async function deleteJobAction(slug: string, typedName: string): Promise<Outcome> {
  return act(async (actor) => {
    await deleteJob({ actor, slug: String(slug), typedName: String(typedName) });
    return null;
  });
}

export async function requestRunAction(slug: string, requestKey: string, repeatOf: string | null): Promise<Outcome<{ runId: string }>> {
  return act(async (actor) => {
    const run = await requestRun({
      actor,
      slug: String(slug),
      requestKey: String(requestKey),
      ...(repeatOf !== null && { repeatOf: String(repeatOf) }),
    });
    return { runId: run.id };
  });
}

export async function requestStopAction(runId: string): Promise<Outcome> {
  return act(async (actor) => {
    await requestStop({ actor, runId: String(runId) });
    return null;
  });
}
