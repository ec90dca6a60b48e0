import { createHash } from "node:crypto";
import { type Program, programOf, programs } from "../programs";
import { AwsError, type Region } from "../service";
import { fullImageName } from "./names";

/** What was pushed under a name since the sandbox knows it: how often, and how the image behaves now (a program's name). */
export type PushedImage = { times: number; like: string | null };

/**
 * The digest of what a pull of this image would get: one for each name and tag, another one after each push. A reference
 * that names its digest gets that one, whatever is pushed.
 */
export function digestOf(region: Region, image: string): string {
  const named = /@(sha256:[0-9a-f]{64})$/.exec(image)?.[1];
  if (named) return named;
  const name = fullImageName(image);
  return `sha256:${createHash("sha256")
    .update(`${name} ${region.ecs.pushes?.get(name)?.times ?? 0}`)
    .digest("hex")}`;
}

/** What an image does instead of its command: as it was last pushed, else by its name; null where it runs the command. */
export function programAt(region: Region, image: string): Program | null {
  const pushed = region.ecs.pushes?.get(fullImageName(image));
  return pushed ? (pushed.like === null ? null : (programs[pushed.like] ?? null)) : programOf(image);
}

/** Pushes another image under a name and tag, as a build does with a moving tag. `like`: it behaves like this program. */
export function pushImage(region: Region, { image, like }: { image: string; like: string | null }): { digest: string } {
  if (image === "" || /[\s@]/.test(image)) throw new AwsError("InvalidImage", "An image is pushed under a name and a tag: name one.");
  if (like !== null && !Object.hasOwn(programs, like)) throw new AwsError("InvalidImage", `There is no program ${like}.`);
  const name = fullImageName(image);
  region.ecs.pushes ??= new Map();
  region.ecs.pushes.set(name, { times: (region.ecs.pushes.get(name)?.times ?? 0) + 1, like });
  return { digest: digestOf(region, image) };
}
