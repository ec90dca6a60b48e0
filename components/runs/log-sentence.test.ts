import { expect, test } from "vitest";
import { logSentence } from "./log-sentence";

test.each([
  ["Opening the log", { state: null, connection: "connecting", last: 0, ended: false }],
  ["Waiting for the container", { state: "waiting", connection: "open", last: 0, ended: false }],
  ["Live", { state: "live", connection: "open", last: 3, ended: false }],
  ["Reading the last lines", { state: "settling", connection: "open", last: 3, ended: false }],
  ["Reading the log", { state: "settling", connection: "open", last: 3, ended: true }],
  ["Complete · 124 lines", { state: "complete", connection: "closed", last: 124, ended: true }],
  ["Complete · 1 line", { state: "complete", connection: "closed", last: 1, ended: true }],
  ["Complete · 12,400 lines", { state: "complete", connection: "closed", last: 12_400, ended: true }],
  ["Complete · the container wrote nothing", { state: "complete", connection: "closed", last: 0, ended: true }],
  ["The last 50 lines", { state: "stored-tail", connection: "closed", last: 50, ended: true }],
  ["No log", { state: "gone", connection: "closed", last: 0, ended: true }],
  ["Cut off after 9 lines", { state: "gone", connection: "closed", last: 9, ended: true }],
  ["The connection was lost: reconnecting", { state: "live", connection: "reconnecting", last: 9, ended: false }],
  ["Your session has ended: sign in again", { state: "live", connection: "signed-out", last: 9, ended: false }],
] as const)("%s", (sentence, told) => {
  expect(logSentence(told)).toBe(sentence);
});
