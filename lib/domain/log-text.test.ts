import fc from "fast-check";
import { expect, test } from "vitest";
import { plainText, splitLines, tameEscapes } from "./log-text";

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
