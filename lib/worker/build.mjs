// Bundles the worker into one file: the image needs no node_modules for it.
import { build } from "esbuild";

await build({
  entryPoints: ["lib/worker/main.ts"],
  outfile: "dist/worker.mjs",
  bundle: true,
  platform: "node",
  target: "node22",
  format: "esm",
  sourcemap: true,
  tsconfig: "tsconfig.json",
  logLevel: "warning",
  // Packages that are CommonJS ask for require.
  banner: { js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);' },
});
