import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

// OWASP's minimum for scrypt: N = 2^17, r = 8, p = 1 (128 MiB for a moment).
const cost = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 };
const keyLength = 32;

const derive = (password: string, salt: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) =>
    scrypt(password.normalize("NFKC"), salt, keyLength, cost, (error, key) => (error ? reject(error) : resolve(key))),
  );

/** What is kept of a password: `scrypt$<salt>$<key>`, both base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  return `scrypt$${salt.toString("base64url")}$${(await derive(password, salt)).toString("base64url")}`;
}

/** Whether the password is the one that was kept. Without a kept one it takes as long and says no, so that nobody learns which e-mails exist. */
export async function isPassword(password: string, kept: string | null): Promise<boolean> {
  const [, salt = "", key = ""] = (kept ?? "").split("$");
  const derived = await derive(password, salt ? Buffer.from(salt, "base64url") : randomBytes(16));
  const expected = Buffer.from(key, "base64url");
  return expected.length === derived.length && timingSafeEqual(expected, derived);
}

const letters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/** A random password of 20 letters and digits that are not mistaken for each other (about 115 bits). */
export function newPassword(): string {
  let password = "";
  while (password.length < 20)
    for (const byte of randomBytes(32)) if (byte < 224 && password.length < 20) password += letters[byte % letters.length];
  return password;
}
