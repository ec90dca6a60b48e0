import { defaultPolicies } from "@/lib/domain/job";
import type { JobDraft } from "./job-draft";

/** What an empty form begins with. */
export function newDraft(timeZone: string): JobDraft {
  return {
    name: "",
    slug: "",
    description: "",
    application: "",
    labels: [],
    image: "",
    entryPoint: "",
    command: "",
    variables: [],
    cpu: 256,
    memory: 512,
    expression: "cron(0 6 * * ? *)",
    timeZone,
    maximumRetryAttempts: String(defaultPolicies.maximumRetryAttempts),
    maximumEventAgeMinutes: String(defaultPolicies.maximumEventAgeSeconds / 60),
  };
}

/** A job that runs everywhere at once: for who wants to see one before they write their own. */
export function exampleDraft(timeZone: string): JobDraft {
  return {
    ...newDraft(timeZone),
    name: "Hello",
    slug: "hello",
    description: "Says hello every minute. Delete it when you have seen it.",
    image: "public.ecr.aws/docker/library/alpine:3",
    command: `sh -c 'for i in 1 2 3; do echo "hello $i"; sleep 1; done'`,
    expression: "cron(* * * * ? *)",
  };
}
