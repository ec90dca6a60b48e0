import fc from "fast-check";
import { expect, test } from "vitest";
import { hasSteering, looksLikeError, plainText, splitLines, tameEscapes } from "./log-text";

const e = "\u001b";

test.each([
  ["plain text stays as it is", "a < b & c", "a < b & c"],
  ["colours stay", `${e}[31mred${e}[0m`, `${e}[31mred${e}[0m`],
  ["an extended colour among others gets a sequence of its own", `${e}[1;38;5;208;4mx`, `${e}[1m${e}[38;5;208m${e}[4mx`],
  ["a true colour with colons becomes one with semicolons", `${e}[38:2:10:20:30mx`, `${e}[38;2;10;20;30mx`],
  ["an empty reset stays a reset", `${e}[mx`, `${e}[mx`],
  ["cursor moves go", `${e}[2K${e}[1Aup`, "up"],
  ["a window title goes", `${e}]0;title${String.fromCharCode(7)}text`, "text"],
  ["the words of a link stay", `${e}]8;;http://x/${e}\\words${e}]8;;${e}\\`, "words"],
  ["an escape that is cut off takes no words with it", `text${e}[31`, "text"],
  ["an escape that is broken takes no words with it", `${e}[31émore`, "émore"],
  ["a lone escape goes", `a${e}b`, "ab"],
  ["a character set choice goes", `${e}(Bx`, "x"],
  ["a progress bar shows its last pass", "10 %\r50 %\r100 %", "100 %"],
  ["a carriage return at the end is no new pass", "whole line\r", "whole line"],
  ["the colour of an earlier pass still holds", `${e}[32m10 %\r100 %`, `${e}[32m100 %`],
  ["a tab stays", "a\tb", "a\tb"],
  ["bells and nulls go", "a\u0007\u0000b", "ab"],
])("%s", (_sentence, written, shown) => {
  expect(tameEscapes(written)).toBe(shown);
});

test("the words alone carry no control character, whatever was written", () => {
  const piece = fc.oneof(fc.string(), fc.constantFrom(e, `${e}[`, `${e}[31m`, `${e}]8;;`, "\r", `${e}[1;38;5;9m`, ";", "m", "\u009b"));
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const plain = plainText(pieces.join(""));
      expect([...plain].every((letter) => letter === "\t" || letter === "\n" || letter.charCodeAt(0) >= 0x20)).toBe(true);
      expect(plain).not.toContain(e);
    }),
  );
});

test("no printable character outside an escape is lost", () => {
  const words = fc.stringMatching(/^[ -Z^-~é]*$/).filter((text) => !text.includes("\\"));
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(`${e}[31m`, `${e}[0m`, `${e}[2K`, `${e}[38;5;3m`), words)), (parts) => {
      expect(plainText(parts.map(([code, text]) => code + text).join(""))).toBe(parts.map(([, text]) => text).join(""));
    }),
  );
});

test.each([
  ["one line", "a", ["a"]],
  ["a line with its end", "a\r\n", ["a"]],
  ["several lines", "a\n  b\r\n\nc\n", ["a", "  b", "", "c"]],
  ["an empty line", "", [""]],
])("an event that is %s", (_what, message, lines) => {
  expect(splitLines(message)).toEqual(lines);
});

test("a megabyte of returns is tamed as fast as any other line", () => {
  // The end is what matters: a pattern that looks for it took minutes for this one.
  const returns = "\r".repeat(1_000_000);
  expect(tameEscapes(`a${returns}b`)).toBe("b");
  expect(tameEscapes(`a${returns}`)).toBe("a");
  expect(tameEscapes(returns)).toBe("");
});

test("a megabyte of broken escapes is tamed as fast as any other line", () => {
  for (const piece of [e, `${e}[`, `${e}]`, `${e}]8;;`, `${e}[1;`, `${e}[31m`, `${e}[ `])
    expect(plainText(piece.repeat(300_000))).not.toContain(e);
});

test.each(["plain", "a\tb", "日本", "two\nlines"])("nothing steers in %j", (text) => {
  expect(hasSteering(text)).toBe(false);
});

test.each(["a\rb", `${e}[1m`, "\u0000", "\u009b1m"])("something steers in %j", (text) => {
  expect(hasSteering(text)).toBe(true);
});

test.each([
  "ERROR could not connect",
  "2026-03-22T18:59:00Z [error] no such file",
  '{"level":"error","msg":"x"}',
  "level=fatal msg=x",
  "Traceback (most recent call last):",
  "TypeError: x is not a function",
  'Exception in thread "main" java.lang.NullPointerException',
  "Caused by: org.postgresql.util.PSQLException: FATAL",
  "panic: runtime error: index out of range",
  "npm ERR! code ELIFECYCLE",
  "E0412 12:00:00.000000 1 main.go:1] x",
  "Segfault at address 0",
  "3 tests failed",
  "Unhandled rejection",
  `${e}[31mError${e}[0m: red`,
  "0 warnings, 2 errors",
  "error: 0.5 is not a whole number",
])("looks like an error: %s", (text) => {
  expect(looksLikeError(text)).toBe(true);
});

test.each([
  "all is well",
  "0 errors",
  "no errors found",
  "finished without errors",
  "12 passed, 0 failed",
  "errors: 0, failed: 0",
  '{"error":null,"ok":true}',
  "error=false",
  "terror in the mirror",
  "the errorless way",
  "fatalistic",
  "GET /terrors 200",
  "",
])("does not look like an error: %s", (text) => {
  expect(looksLikeError(text)).toBe(false);
});

test("whether a line looks like an error is told fast, whatever is in it", () => {
  for (const piece of ["no error ", "error: ", "0 ", "errors", "x", `${e}[31m`, "\r", "no aaaaaaaaaaaaaaaaaaaaaaaaaaaaa"])
    looksLikeError(piece.repeat(100_000));
  expect(looksLikeError(`${"x ".repeat(500)}error`)).toBe(true);
});
