import { expect, test } from "vitest";
import { latenessOf, startLatenessOf } from "./lateness";

const at = (text: string) => new Date(`2026-03-01T${text}Z`);
const expected = { expectedAt: at("09:56:00"), expectBy: at("10:14:00") };

test("a run is late from three minutes after its moment on, once everything was looked at since", () => {
  expect(latenessOf(expected, at("09:59:00"), at("09:59:00"))).toBeNull();
  expect(latenessOf(expected, at("09:59:00"), at("10:00:00"))).toBe(240_000);
  expect(latenessOf(expected, at("09:58:59"), at("10:00:00"))).toBeNull();
  expect(latenessOf(expected, null, at("10:00:00"))).toBeNull();
});

test("nothing is late that nobody waits for, or that was not compared with the calendar yet", () => {
  expect(latenessOf({ expectedAt: null, expectBy: null }, at("10:00:00"), at("10:00:00"))).toBeNull();
  expect(latenessOf({ ...expected, expectBy: null }, at("10:00:00"), at("10:00:00"))).toBeNull();
  expect(latenessOf({ expectedAt: at("11:00:00"), expectBy: at("11:18:00") }, at("10:00:00"), at("10:00:00"))).toBeNull();
});

test("a task was late by what lies between its moment and its making", () => {
  expect(startLatenessOf(at("02:00:00"), at("02:07:00"))).toBe(420_000);
  expect(startLatenessOf(at("02:00:00"), "2026-03-01T02:07:00.000Z")).toBe(420_000);
  expect(startLatenessOf(at("02:00:00"), at("02:03:00"))).toBeNull();
  expect(startLatenessOf(at("02:00:00"), at("01:59:00"))).toBeNull();
  expect(startLatenessOf(null, at("02:07:00"))).toBeNull();
  expect(startLatenessOf(at("02:00:00"), undefined)).toBeNull();
});
