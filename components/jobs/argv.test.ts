import fc from "fast-check";
import { expect, test } from "vitest";
import { formatArgv, parseArgv } from "./argv";

test.each([
  ["", []],
  ["  ", []],
  ["node report.js --all", ["node", "report.js", "--all"]],
  ["sh -c 'echo \"$HOME\" | wc -l'", ["sh", "-c", 'echo "$HOME" | wc -l']],
  ['say "two words" three', ["say", "two words", "three"]],
  ["a\"b\"c'd'", ["abcd"]],
  ["''", [""]],
  ["a\\ b", ["a b"]],
  ['"a\\"b\\n"', ['a"b\\n']],
  ["'a\\'", ["a\\"]],
  ["one\ntwo", ["one", "two"]],
  ["one \\\n two", ["one", "two"]],
])("%j is the command %j", (line, argv) => {
  expect(parseArgv(line)).toMatchObject({ ok: true, argv });
});

test.each([
  ["say 'open", "single quote at character 5"],
  ['say "open', "double quote at character 5"],
  ["say \\", "ends in a backslash"],
])("%j is refused with its reason", (line, words) => {
  expect(parseArgv(line)).toMatchObject({ ok: false, sentence: expect.stringContaining(words) });
});

test.each(["a | b", "a && b", "a > file", "echo $HOME", "echo $(date)", "echo `date`", "a; b"])(
  "%s is taken, with a word about the shell",
  (line) => {
    expect(parseArgv(line)).toMatchObject({ ok: true, warning: expect.stringContaining("sh -c") });
  },
);

test.each(["sh -c 'a | b'", 'node "$HOME"', "a \\| b", "price 5$", "plain words"])("%s needs no word about the shell", (line) => {
  expect(parseArgv(line)).toMatchObject({ ok: true, warning: null });
});

test("a written line reads back to the same parts, whatever they hold", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "grapheme" })), (argv) => {
      expect(parseArgv(formatArgv(argv))).toMatchObject({ ok: true, argv });
    }),
  );
});
