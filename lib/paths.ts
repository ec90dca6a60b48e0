/** Every address of the console. */
export const paths = {
  overview: () => "/",
  signIn: (returnTo?: string) => (returnTo ? `/sign-in?returnTo=${encodeURIComponent(returnTo)}` : "/sign-in"),
  jobs: (search?: Record<string, string | undefined>) => `/jobs${query(search)}`,
  newJob: () => "/jobs/new",
  job: (slug: string) => `/jobs/${encodeURIComponent(slug)}`,
  editJob: (slug: string) => `/jobs/${encodeURIComponent(slug)}/edit`,
  jobRevisions: (slug: string, search?: Record<string, string | undefined>) =>
    `/jobs/${encodeURIComponent(slug)}/revisions${query(search)}`,
  jobRuns: (slug: string, search?: Record<string, string | undefined>) => `/jobs/${encodeURIComponent(slug)}/runs${query(search)}`,
  run: (slug: string, runId: string) => `/jobs/${encodeURIComponent(slug)}/runs/${runId}`,
  runs: (search?: Record<string, string | undefined>) => `/runs${query(search)}`,
  audit: (search?: Record<string, string | undefined>) => `/audit${query(search)}`,
  people: (search?: Record<string, string | undefined>) => `/settings/people${query(search)}`,
  environments: (search?: Record<string, string | undefined>) => `/settings/environments${query(search)}`,
  works: (search?: Record<string, string | undefined>) => `/settings/works${query(search)}`,
  api: {
    health: () => "/api/health",
    jobs: (search?: Record<string, string | undefined>) => `/api/v1/jobs${query(search)}`,
    runLog: (runId: string) => `/api/v1/runs/${runId}/log`,
    runLogDownload: (runId: string) => `/api/v1/runs/${runId}/log/download`,
  },
};

function query(search: Record<string, string | undefined> = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) if (value) params.set(name, value);
  const text = params.toString();
  return text ? `?${text}` : "";
}
