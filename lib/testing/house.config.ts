import path from "node:path";
import { defineConfig } from "vitest/config";

/** The house's own test by itself: it reads source text and needs no Postgres. */
export default defineConfig({
  root: path.resolve(import.meta.dirname, "..", ".."),
  resolve: { alias: { "@": path.resolve(import.meta.dirname, "..", "..") } },
  test: { include: ["lib/house.test.ts"] },
});
