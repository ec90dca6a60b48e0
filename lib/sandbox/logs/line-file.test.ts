import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { LineFile, type StoredLine } from "./line-file";

const folder = mkdtempSync(join(tmpdir(), "line-file-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let number = 0;
const newPath = () => {
  number += 1;
  return join(folder, `${number}.lines`);
};
const line = (message: string, timestamp = 0): StoredLine => ({ timestamp, ingestionTime: timestamp, message });

test("what was written is read back in both directions, whatever is in it", () => {
  const file = new LineFile(newPath());
  const messages = ["plain", "\u001b[31mred\u001b[0m", 'a "quoted" \\ one', "tab\tand\rreturn", "é 日本 🎉", "\ufffd", "two  blanks "];
  file.append(messages.map((message) => line(message)));
  expect([...file.forward(0)].map(({ message }) => message)).toEqual(messages);
  expect([...file.backward(file.count)].map(({ message }) => message)).toEqual([...messages].reverse());
});

test("any line is found by its number", () => {
  const file = new LineFile(newPath());
  for (let part = 0; part < 100; part += 1) file.append(Array.from({ length: 97 }, (_, index) => line(String(part * 97 + index))));
  for (const n of [0, 1, 127, 128, 129, 5_000, 9_699]) {
    expect(file.forward(n).next().value).toMatchObject({ n, message: String(n) });
    expect(file.backward(n + 1).next().value).toMatchObject({ n, message: String(n) });
  }
  expect(file.forward(9_700).next().done).toBe(true);
  expect(file.backward(0).next().done).toBe(true);
});

test("a file that is opened again knows all that it knew", () => {
  const path = newPath();
  const file = new LineFile(path);
  file.append([line("é", 5), line("b", 3), line("c", 9)]);
  const again = new LineFile(path);
  expect(again).toMatchObject({ count: 3, bytes: 2 + 1 + 1 + 3 * 26, firstTimestamp: 3, lastTimestamp: 9, lastIngestionTime: 9 });
  again.append([line("d", 10)]);
  expect([...new LineFile(path).forward(0)].map(({ message }) => message)).toEqual(["é", "b", "c", "d"]);
});

test("a half-written last line of a killed process is cut off", () => {
  const path = newPath();
  new LineFile(path).append([line("whole")]);
  const whole = readFileSync(path, "utf8");
  appendFileSync(path, '12 12 "ha');
  const file = new LineFile(path);
  expect(file.count).toBe(1);
  file.append([line("next")]);
  expect([...new LineFile(path).forward(0)].map(({ message }) => message)).toEqual(["whole", "next"]);
  expect(readFileSync(path, "utf8").startsWith(whole)).toBe(true);
});

test("a line counts as readable once its delay has passed; one of the future does not wait", () => {
  const file = new LineFile(newPath());
  for (const at of [1_000, 2_000, 3_000]) file.append([line("x", at)]);
  expect(file.readableCount(2_500, 0)).toBe(3);
  expect(file.readableCount(3_100, 500)).toBe(2);
  expect(file.readableCount(3_500, 500)).toBe(3);
  expect(file.readableCount(1_100, 500)).toBe(3);
});
