/*
 * Characters that make a text look like another one: they turn the direction of what follows, break its line where no break
 * is to be seen, or take no room at all. Marks that real writing needs (joiners, the marks of a direction) are not among them.
 */
const misleading = /[\u200b\u2028\u2029\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]/u;
const misleadingOrControl = /[\p{Cc}\u200b\u2028\u2029\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]/gu;

/** More marks upon one letter than any script has: they cannot be broken into lines and write over their neighbours. */
const heapOfMarks = /\p{M}{9,}/u;
const heapsOfMarks = /(\p{M}{8})\p{M}+/gu;

/** Whether a text is what it looks like: fit for a name that stands among other words. */
export function isPlainLine(text: string): boolean {
  return text.isWellFormed() && !/\p{Cc}/u.test(text) && !isMisleading(text);
}

/** Whether a text has a character that turns its direction or cannot be seen, or heaps of marks upon a letter. */
export function isMisleading(text: string): boolean {
  return misleading.test(text) || heapOfMarks.test(text);
}

/**
 * A text of somebody else for a page, letter by letter: what steers, hides or turns is shown by its code, as ⟨U+202E⟩, and
 * a heap of marks upon one letter is cut. Line breaks and tabs stay, for they are seen.
 */
export function visibleText(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n/g, "\n")
    .replace(heapsOfMarks, "$1…")
    .replace(misleadingOrControl, (character) =>
      character === "\n" || character === "\t"
        ? character
        : `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`,
    );
}
