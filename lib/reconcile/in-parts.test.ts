import { expect, test } from "vitest";
import { inParts, Patience, unlessWanted } from "./in-parts";

/** Something that is answered when somebody says so. */
const asked = <Answer>() => Promise.withResolvers<Answer>();

test("what is answered quickly comes as one part, in the order of the answers", async () => {
  const [slow, quick] = [asked<string>(), asked<string>()];
  const parts = inParts([slow.promise, quick.promise], new Patience(60_000));
  const first = parts.next();
  quick.resolve("quick");
  await quick.promise;
  slow.resolve("slow");
  expect(await first).toEqual({ done: false, value: ["quick", "slow"] });
  expect(await parts.next()).toEqual({ done: true, value: undefined });
});

test("what takes long comes in a part of its own, and nothing is lost between two parts", async () => {
  const answers = [asked<string>(), asked<string>(), asked<string>()];
  const parts = inParts(
    answers.map(({ promise }) => promise),
    new Patience(5),
  );
  for (const [index, answer] of answers.entries()) {
    const part = parts.next();
    answer.resolve(`answer ${index}`);
    expect((await part).value).toEqual([`answer ${index}`]);
  }
  expect((await parts.next()).done).toBe(true);
});

test("nothing to wait for is no part", async () => {
  expect((await inParts([], new Patience(5)).next()).done).toBe(true);
});

test("what takes long is waited for until somebody wants the next round, and what fails fails", async () => {
  const wanted = new AbortController();
  const answer = asked<string>();
  const waiting = unlessWanted(answer.promise, wanted.signal, new Patience(5));
  wanted.abort();
  expect(await waiting).toBeNull();
  answer.resolve("late");
  expect(await unlessWanted(answer.promise, undefined, new Patience(0))).toBe("late");
  await expect(unlessWanted(Promise.reject(new Error("no")), wanted.signal, new Patience(60_000))).rejects.toThrow("no");
});
