import { expect, test } from "vitest";
import type { ToldLine } from "./log-pages";
import { logWords } from "./log-words";

const log = (count: number, make: (n: number) => Partial<ToldLine> = () => ({})) => {
  const lines = Array.from({ length: count }, (_, index) => ({ n: index + 1, at: 0, text: `line ${index + 1}`, ...make(index + 1) }));
  return async (from: number, to: number) => lines.slice(from - 1, Math.min(to, from + 9));
};

test("a range is copied whole, though it is read in pieces", async () => {
  const copied = await logWords(5, 27, log(100));
  expect(copied).toMatchObject({ lines: 23, cut: 0 });
  expect(copied?.text.split("\n").at(-1)).toBe("line 27");
});

test("words are copied without their colours, and with their container where several speak", async () => {
  const read = log(2, (n) => ({ text: `\u001b[31mred ${n}\u001b[0m`, container: "web" }));
  expect((await logWords(1, 2, read))?.text).toBe("web  red 1\nweb  red 2");
});

test("lines that are told in part are counted", async () => {
  expect(
    await logWords(
      1,
      3,
      log(3, (n) => (n === 2 ? { cut: 100_000 } : {})),
    ),
  ).toMatchObject({ lines: 3, cut: 1 });
});

test("too many lines, or too long ones, are not for a clipboard", async () => {
  expect(await logWords(1, 21, log(100), { lines: 20, characters: 1e6 })).toBeNull();
  expect(await logWords(1, 20, log(100), { lines: 20, characters: 50 })).toBeNull();
});

test("a log that ends before the range does is copied up to its end", async () => {
  expect(await logWords(95, 200, log(100))).toMatchObject({ lines: 6 });
});
