import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

/** A random text of 43 characters that is made once and kept in a file that only its owner may read. */
export function keptSecret(file: string): string {
  try {
    const kept = readFileSync(file, "utf8").trim();
    if (kept.length >= 32) return kept;
  } catch {
    // The first start.
  }
  const secret = randomBytes(32).toString("base64url");
  writeFileSync(file, `${secret}\n`, { mode: 0o600 });
  return secret;
}
