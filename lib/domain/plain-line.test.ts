import { expect, test } from "vitest";
import { isMisleading, isPlainLine, visibleText } from "./plain-line";

test.each([
  ["letters of any script", "Nächtlicher Bericht דוח לילי 夜间报告"],
  ["joined pictures", "family 👩‍👩‍👧"],
  ["markup, which is only words", "<script>alert(1)</script> & co"],
  ["letters with several marks", "Việt Nam, שָׁלוֹם, สิ่งที่"],
  ["the marks that Persian writing needs", "می‌خواهم"],
])("%s are fit for a name", (_what, text) => {
  expect(isPlainLine(text)).toBe(true);
  expect(visibleText(text)).toBe(text);
});

test.each([
  ["a turn to the left", "report\u202efdp.exe", "report⟨U+202E⟩fdp.exe"],
  ["an isolate that never ends", "a\u2067b", "a⟨U+2067⟩b"],
  ["a blank without a width", "pay\u200bpal", "pay⟨U+200B⟩pal"],
  ["a line separator", "a\u2028b", "a⟨U+2028⟩b"],
  ["an escape", "\u001b[2Jgone", "⟨U+001B⟩[2Jgone"],
  ["a NUL", "a\u0000b", "a⟨U+0000⟩b"],
  ["a return to the line's beginning", "real\rfake", "real⟨U+000D⟩fake"],
  ["a heap of marks", `Z${"\u0335".repeat(30)}algo`, `Z${"\u0335".repeat(8)}…algo`],
  ["half a character", "a\ud83d", "a\ufffd"],
])("%s is not, and is shown by its code", (_what, text, shown) => {
  expect(isPlainLine(text)).toBe(false);
  expect(visibleText(text)).toBe(shown);
});

test("lines and tabs of a longer text stay as they are", () => {
  expect(visibleText("one\r\n\ttwo\n")).toBe("one\n\ttwo\n");
  expect(isMisleading("one\r\n\ttwo\n")).toBe(false);
});
