import { existsSync } from "node:fs";

/** A Chromium to test in: the one named by CHROMIUM_PATH, the system's, else the one that comes as an npm package. */
export async function findChromium(): Promise<string> {
  const named = process.env.CHROMIUM_PATH;
  if (named) return named;
  for (const path of ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]) if (existsSync(path)) return path;
  // The package unpacks its own libraries only where it believes to run on Lambda.
  const before = process.env.AWS_LAMBDA_JS_RUNTIME;
  process.env.AWS_LAMBDA_JS_RUNTIME ??= "nodejs22.x";
  const { default: chromium } = await import("@sparticuz/chromium");
  chromium.setGraphicsMode = false;
  const path = await chromium.executablePath();
  if (before === undefined) delete process.env.AWS_LAMBDA_JS_RUNTIME;
  return path;
}

// As root Chromium needs --no-sandbox; the others keep it from calling home.
export const chromiumArguments = [
  "--no-sandbox",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--disable-gpu",
];
