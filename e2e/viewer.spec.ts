import { expect, test } from "./fixtures";

test.use({ persona: "viewer" });

test("a viewer sees every action disabled with its reason, and no route does it either", async ({ page, makeJob, api }) => {
  const job = await makeJob();
  await page.goto(`/jobs/${job.slug}`);
  for (const name of ["Run now", "Pause", "Edit", "Delete"]) {
    const button = page.getByRole("button", { name });
    await expect(button).toBeVisible();
    await expect(button).toHaveAttribute("aria-disabled", "true");
  }
  await page.getByRole("button", { name: "Run now" }).hover();
  await expect(page.getByRole("tooltip")).toContainText(/operator/);

  const refused = [
    await api.post("/api/v1/jobs", { data: {} }),
    await api.put(`/api/v1/jobs/${job.slug}`, { data: {} }),
    await api.delete(`/api/v1/jobs/${job.slug}`, { data: { typedName: job.name } }),
    await api.post(`/api/v1/jobs/${job.slug}/pause`, { data: {} }),
    await api.post(`/api/v1/jobs/${job.slug}/resume`, { data: {} }),
    await api.post(`/api/v1/jobs/${job.slug}/runs`, { data: {} }),
    await api.post("/api/v1/people", { data: {} }),
    await api.patch("/api/v1/people/00000000-0000-7000-8000-000000000000", { data: { role: "admin" } }),
    await api.post("/api/v1/runs/00000000-0000-7000-8000-000000000000/stop", { data: {} }),
  ];
  expect(refused.map((answer) => answer.status())).toEqual(refused.map(() => 403));
  expect((await api.get(`/api/v1/jobs/${job.slug}`)).status()).toBe(200);
});

test("a request from another site is refused, and one without a session too", async ({ api, playwright, baseURL, makeJob }) => {
  const job = await makeJob();
  const foreign = await api.post(`/api/v1/jobs/${job.slug}/pause`, { data: {}, headers: { origin: "https://elsewhere.example" } });
  expect(foreign.status()).toBe(403);
  const nobody = await playwright.request.newContext({ baseURL, storageState: { cookies: [], origins: [] } });
  for (const path of ["/api/v1/jobs", "/api/v1/overview", `/api/v1/jobs/${job.slug}`, "/api/v1/runs"])
    expect((await nobody.get(path)).status(), path).toBe(401);
  await nobody.dispose();
});
