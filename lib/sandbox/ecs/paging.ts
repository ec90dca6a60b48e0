import type { World } from "../service";
import { AwsError } from "../service";

/** An opaque token that says after which key a listing goes on. */
export function writeToken(key: string | number): string {
  return Buffer.from(JSON.stringify(key)).toString("base64");
}

/**
 * A page of a list that is sorted by a key. The token names the last key given, so items that come or go meanwhile shift nothing.
 * Throws InvalidParameterException for a token that is none and for a size outside 1 to 100.
 */
export function pageAfter<Item, Key extends string | number>(
  items: Item[],
  keyOf: (item: Item) => Key,
  isAfter: (key: Key, last: Key) => boolean,
  input: { nextToken?: string; maxResults?: number },
): { page: Item[]; nextToken: string | undefined } {
  const size = input.maxResults ?? 100;
  if (size < 1 || size > 100) throw new AwsError("InvalidParameterException", "maxResults must be between 1 and 100.");
  let rest = items;
  if (input.nextToken !== undefined) {
    const last = readToken<Key>(input.nextToken, items.length > 0 ? typeof keyOf(items[0] as Item) : null);
    rest = items.filter((item) => isAfter(keyOf(item), last));
  }
  const page = rest.slice(0, size);
  const last = page.at(-1);
  return { page, nextToken: rest.length > size && last !== undefined ? writeToken(keyOf(last)) : undefined };
}

function readToken<Key>(token: string, type: string | null): Key {
  try {
    const key: unknown = JSON.parse(Buffer.from(token, "base64").toString("utf8"));
    if (type === null || typeof key === type) return key as Key;
  } catch {
    // Not ours: refused below.
  }
  throw new AwsError("InvalidParameterException", "Invalid token.");
}

/** The list as AWS may answer it: in any order, where the settings say so. */
export function inAnyOrder<Item>(world: World, items: readonly Item[]): Item[] {
  const shuffled = [...items];
  if (!world.settings.shuffleLists) return shuffled;
  for (let index = shuffled.length - 1; index > 0; index -= 1) {
    const other = Math.floor(Math.random() * (index + 1));
    [shuffled[index], shuffled[other]] = [shuffled[other] as Item, shuffled[index] as Item];
  }
  return shuffled;
}
