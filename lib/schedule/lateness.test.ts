import { expect, test } from "vitest";
import { isLate } from "./lateness";

test("a moment is late only after its grace", () => {
  const expected = new Date("2026-03-01T10:00:00Z");
  expect(isLate(expected, 180, new Date("2026-03-01T09:59:00Z"))).toBe(false);
  expect(isLate(expected, 180, new Date("2026-03-01T10:03:00Z"))).toBe(false);
  expect(isLate(expected, 180, new Date("2026-03-01T10:03:00.001Z"))).toBe(true);
});
