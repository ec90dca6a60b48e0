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
