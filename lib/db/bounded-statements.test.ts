import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

/*
 * No question to Postgres has an answer without an end. Found in the sources: whoever writes a new one gives it a bound, or
 * says here why it needs none.
 */

/** Raw questions without the word "limit": why their answer is short all the same. */
const short: Record<string, string> = {
  lateSinceOf: "one job, by its id",
  findLiveSession: "one session, by its id",
  claimSignInTry: "one maximum, over two keys",
  sumUpJobs: "a lock, a count, and whether anything is left",
  lastChange: "one number of a sequence",
  usualSecondsOf: "one median, of twenty runs",
  listRunRows: "one document with a page in it, which has its own limit",
  searchRunRows: "one document with a page in it, which has its own limit",
  countRunsByQuarter: "a row for each quarter of an hour and state, whatever the number of runs",
};

const root = path.resolve(import.meta.dirname, "../..");
const sources = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "lib", "app"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file) && !file.includes("/generated/"))
  .flatMap((file) => {
    try {
      return [{ file, text: readFileSync(path.join(root, file), "utf8") }];
    } catch {
      return []; // taken away, and not committed yet
    }
  });
const inDb = sources.filter(({ file }) => file.startsWith("lib/db/"));

type Question = { file: string; asker: string; text: string };

/** The text from a bracket to the one that closes it. */
function bracketed(text: string, from: number): string {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    if ("([{".includes(text[at] ?? "")) depth += 1;
    if (")]}".includes(text[at] ?? "")) depth -= 1;
    if (depth === 0) return text.slice(from, at + 1);
  }
  return text.slice(from);
}

/** A template with all that is put into it, from its first backtick. */
function template(text: string, from: number): string {
  let depth = 0;
  for (let at = from + 1; at < text.length; at += 1) {
    if (text.startsWith("${", at)) depth += 1;
    else if (text[at] === "}" && depth > 0) depth -= 1;
    else if (text[at] === "`" && depth === 0) return text.slice(from, at + 1);
  }
  return text.slice(from);
}

const askerAt = (text: string, at: number): string =>
  [...text.slice(0, at).matchAll(/^(?:export )?(?:async )?function (\w+)/gm)].at(-1)?.[1] ?? "";

const manyRows: Question[] = inDb.flatMap(({ file, text }) =>
  [...text.matchAll(/\.findMany\(/g)].map(({ index }) => ({
    file,
    asker: askerAt(text, index),
    text: bracketed(text, index + ".findMany".length),
  })),
);
const raw: Question[] = inDb
  .filter(({ file }) => file !== "lib/db/client.ts")
  .flatMap(({ file, text }) =>
    [...text.matchAll(/\$queryRaw\b|\browsOf</g)].map(({ index }) => ({
      file,
      asker: askerAt(text, index),
      text: template(text, text.indexOf("`", index)),
    })),
  );
/** What writes gives back the rows that it wrote. */
const reading = raw.filter(
  ({ text }) => !/\b(insert into|update|delete from)\s+\w+/.test(text.replaceAll(/for update|do update set/g, "")),
);
const show = ({ file, asker }: Question): string => `${file}: ${asker}`;

test("each question for many rows of a table takes a number of them", () => {
  expect(manyRows.length).toBeGreaterThan(15);
  expect(manyRows.filter(({ text }) => !/\btake\b/.test(text)).map(show)).toEqual([]);
});

test("each raw question has a limit, or a reason why its answer is short", () => {
  expect(reading.length).toBeGreaterThan(20);
  expect(reading.filter(({ text, asker }) => !/\blimit\b/.test(text) && !(asker in short)).map(show)).toEqual([]);
});

test("each reason belongs to a question", () => {
  const asked = new Set(reading.map(({ asker }) => asker));
  expect(Object.keys(short).filter((asker) => !asked.has(asker))).toEqual([]);
});

test("nobody but the room of the database asks for rows", () => {
  const outside = sources.filter(({ file }) => /^(app|lib\/(auth|jobs|runs|environments|people|audit|logs|reconcile))\//.test(file));
  expect(outside.filter(({ text }) => /\.findMany\(|\$queryRaw/.test(text)).map(({ file }) => file)).toEqual([]);
});
