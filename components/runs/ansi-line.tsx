import { FancyAnsi } from "fancy-ansi";
import { memo } from "react";
import { plainText, tameEscapes } from "@/lib/domain/log-text";

const ansi = new FancyAnsi();

type AnsiLineProps = { text: string; pattern: RegExp | null };

/** One line with its colours, and with what is searched for marked. */
export const AnsiLine = memo(function AnsiLine({ text, pattern }: AnsiLineProps) {
  // biome-ignore lint/security/noDangerouslySetInnerHtml: fancy-ansi escapes every character of the text; only its own span elements and our mark are markup.
  return <span dangerouslySetInnerHTML={{ __html: toLineHtml(text, pattern) }} />;
});
/** The line as HTML: escaped words, span elements for colours, mark elements for hits. */
export function toLineHtml(text: string, pattern: RegExp | null): string {
  const html = ansi.toHtml(tameEscapes(text)).replace(coloured, readable);
  return pattern ? markHits(html, hitsIn(plainText(text), pattern)) : html;
}

const coloured = /<span style="([^"]*background-color:[^"]*)">/g;

/**
 * The renderer paints text and ground from one palette, whose colours are made to be read as text on black.
 * A coloured ground gets colours of its own, and black or white text where the program chose none.
 */
function readable(_whole: string, style: string): string {
  const ground = /background-color:var\(--ansi-(?:bright-)?([a-z]+)/.exec(style)?.[1];
  const words = style
    .replace(/background-color:var\(--ansi-(?:bright-)?/, "background-color:var(--ansi-ground-")
    .replace(/(^|;)color:var\(--ansi-black,/, "$1color:var(--ansi-ground-text-black,");
  const own = /(^|;)color:/.test(style) ? "" : `color:${ground === "white" || ground === "yellow" ? "#000" : "#fff"};`;
  return `<span style="${words}${own}">`;
}

type Span = { from: number; to: number };

function hitsIn(words: string, pattern: RegExp): Span[] {
  return Array.from(words.matchAll(pattern), (match) => ({ from: match.index, to: match.index + match[0].length }));
}

/** Puts mark elements around places of the text that the HTML shows; a mark never crosses another element. */
function markHits(html: string, hits: Span[]): string {
  if (hits.length === 0) return html;
  let out = "";
  let at = 0;
  let hit = 0;
  for (const [piece] of html.matchAll(/<[^>]*>|&[^;]+;|[^<&]+/g)) {
    if (piece.startsWith("<")) {
      out += piece;
      continue;
    }
    // A sign that is escaped is one character of the text, and cannot be divided.
    const length = piece.startsWith("&") ? 1 : piece.length;
    const words = (from: number, to: number) => (length === piece.length ? piece.slice(from, to) : piece);
    for (let done = 0; done < length; ) {
      while ((hits[hit]?.to ?? Number.POSITIVE_INFINITY) <= at) hit++;
      const next = hits[hit];
      const isHit = next !== undefined && next.from <= at;
      const count = Math.min(length - done, (isHit ? next.to : (next?.from ?? Number.POSITIVE_INFINITY)) - at);
      out += isHit ? `<mark>${words(done, done + count)}</mark>` : words(done, done + count);
      done += count;
      at += count;
    }
  }
  return out;
}
