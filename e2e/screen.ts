import { expect, type Page } from "@playwright/test";

/** What a person says of the screen. */
export const screen = (page: Page) => ({
  openJob: (slug: string) => page.goto(`/jobs/${slug}`),
  log: () => page.getByRole("log"),
  /** The sentence at the top of a run's page. */
  headline: () => page.getByRole("heading", { level: 1 }),
  failure: () => page.getByRole("region", { name: "Why it ended" }),
  press: (name: string | RegExp) => page.getByRole("button", { name }).click(),
  /** The job's page says that AWS was read back. */
  expectVerified: async () => {
    await expect(page.getByText(/^In sync/).first()).toBeVisible();
  },
});
