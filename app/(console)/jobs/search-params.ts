import { type JobListState, jobListStates } from "@/lib/jobs/list-jobs";

/** What the address of the job list may ask for. */
export type JobSearch = { search?: string; state?: JobListState; application?: string; cursor?: string };

type Raw = Record<string, string | string[] | undefined>;

/** Reads the address; what makes no sense in it is left out. */
export function readJobSearch(raw: Raw): JobSearch {
  const one = (name: string) => {
    const value = raw[name];
    return typeof value === "string" && value.trim() !== "" ? value.trim().slice(0, 200) : undefined;
  };
  return {
    search: one("search"),
    state: jobListStates.find((state) => state === one("state")),
    application: one("application"),
    cursor: one("cursor"),
  };
}
