import { createHash, randomBytes } from "node:crypto";

const letters = "abcdefghijklmnopqrstuvwxyz0123456789";

/**
 * Ten random characters [a-z0-9]: a job's or an environment's id.
 * Short because EventBridge Scheduler keeps only 19 characters of a schedule's name in a task's startedBy.
 */
export function newShortId(): string {
  const bytes = randomBytes(10);
  return Array.from(bytes, (byte) => letters[byte % letters.length]).join("");
}

/** A UUID of version 7 (RFC 9562): its order is the order of `now`, so that keys and pages follow time. */
export function newId(now: Date = new Date()): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(now.getTime(), 0, 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return spelled(bytes);
}

/** A UUID of version 8 (RFC 9562) that is the same for the same words: what is written down twice is then one row. */
export function idOf(...words: string[]): string {
  const bytes = createHash("sha256").update(JSON.stringify(words)).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return spelled(bytes);
}

function spelled(bytes: Buffer): string {
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
