import { randomBytes } from "node:crypto";

/** So many lower-case hexadecimal digits. */
export function hexadecimal(digits: number): string {
  return randomBytes(Math.ceil(digits / 2))
    .toString("hex")
    .slice(0, digits);
}

/** The id of a task, from its id or ARN: what follows the last slash. */
export function taskIdOf(identifier: string): string {
  return identifier.split("/").at(-1) as string;
}

/** `docker.io/library/alpine:3` for `alpine:3`: the reference as a registry's errors spell it. */
export function fullImageName(image: string): string {
  const [first = "", ...rest] = image.split("/");
  const withRegistry =
    rest.length > 0 && /[.:]|^localhost$/.test(first) ? image : `docker.io/${rest.length === 0 ? `library/${image}` : image}`;
  return /[:@][^/]*$/.test(withRegistry) ? withRegistry : `${withRegistry}:latest`;
}
