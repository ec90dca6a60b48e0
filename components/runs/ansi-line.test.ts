import fc from "fast-check";
import { expect, test } from "vitest";
import { plainText } from "@/lib/domain/log-text";
import { toLineHtml } from "./ansi-line";
import { searchPattern } from "./log-hits";

const e = "\u001b";

/** What a browser shows of it. */
const shown = (html: string) =>
  html
    .replace(/<[^>]*>/g, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");

test("markup that a program wrote is text", () => {
  expect(toLineHtml('<img src=x onerror="alert(1)"> & co', null)).toBe("&lt;img src=x onerror=&quot;alert(1)&quot;&gt; &amp; co");
});

test("a colour becomes a span", () => {
  expect(toLineHtml(`${e}[31mred${e}[0m plain`, null)).toMatch(/^<span style="color:var\(--ansi-red,[^"]*">red<\/span> plain$/);
});

test("a hit is marked, also across colours and beside signs that are escaped", () => {
  expect(toLineHtml("a<b and A<B", searchPattern("a<b"))).toBe(
    "<mark>a</mark><mark>&lt;</mark><mark>b</mark> and <mark>A</mark><mark>&lt;</mark><mark>B</mark>",
  );
  expect(toLineHtml(`er${e}[31mror${e}[0m!`, searchPattern("error"))).toMatch(/^<mark>er<\/mark><span [^>]*><mark>ror<\/mark><\/span>!$/);
});

test("text on a coloured ground gets a colour that can be read there", () => {
  expect(toLineHtml(`${e}[41mbad${e}[0m`, null)).toMatch(/background-color:var\(--ansi-ground-red,.*color:#fff;">bad/);
  expect(toLineHtml(`${e}[30;47mname${e}[0m`, null)).toMatch(
    /background-color:var\(--ansi-ground-white,.*;color:var\(--ansi-ground-text-black,.*">name/,
  );
});

test("whatever was written, its words are shown, and only spans and marks are elements", () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom(`${e}[31m`, `${e}[0m`, `${e}[44;1m`, "<b>", "&amp;", "error", `${e}[38;5;9m`, '"', "<"),
  );
  fc.assert(
    fc.property(fc.array(piece), fc.constantFrom("error", "<", "&", "b", ""), (pieces, query) => {
      const text = pieces.join("").replaceAll("\n", "");
      const html = toLineHtml(text, searchPattern(query));
      expect(shown(html)).toBe(plainText(text));
      for (const [element] of html.matchAll(/<[^>]*>/g)) expect(element).toMatch(/^<(span style="[^"<>]*"|\/span|mark|\/mark)>$/);
    }),
  );
});
