import { plainText } from "@/lib/domain/log-text";
import type { ToldLine } from "./log-pages";

/** A clipboard takes no more in good time; whoever wants more wants a file. */
export const mostCopied = { lines: 20_000, characters: 5_000_000 };

/** `cut`: how many of the lines are longer than what a page is told of them. Null: too much for a clipboard. */
export type Copied = { text: string; lines: number; cut: number } | null;

/** The words of the lines between two numbers, both included, which are read in order; in stretches of what `read` gives. */
export async function logWords(
  from: number,
  to: number,
  read: (from: number, to: number) => Promise<ToldLine[]>,
  most = mostCopied,
): Promise<Copied> {
  if (to - from + 1 > most.lines) return null;
  const words: string[] = [];
  let characters = 0;
  let cut = 0;
  for (let next = from; next <= to; ) {
    const lines = await read(next, to);
    const last = lines.at(-1);
    if (!last) break;
    for (const line of lines) {
      const text = plainText(line.text);
      words.push(line.container ? `${line.container}  ${text}` : text);
      characters += text.length + 1;
      if (line.cut !== undefined) cut++;
    }
    if (characters > most.characters) return null;
    next = last.n + 1;
  }
  return { text: words.join("\n"), lines: words.length, cut };
}
