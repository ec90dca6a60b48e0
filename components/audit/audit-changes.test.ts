import { expect, test } from "vitest";
import { auditChanges } from "./audit-changes";

test("a change is told by its field, and what Belfry keeps for itself is not", () => {
  const before = { name: "Report", generation: 1, definition: { image: "a:1", command: ["x", "y"] }, pausedAt: null };
  const after = { name: "Report", generation: 2, definition: { image: "a:2", command: [] }, pausedAt: "2026-11-21T10:00:00.000Z" };
  expect(auditChanges(before, after)).toEqual([
    "definition.image: a:1 → a:2",
    "definition.command: x y, taken away",
    "pausedAt: 2026-11-21T10:00:00.000Z",
  ]);
});

test("something new tells what it is, something gone what it was", () => {
  expect(auditChanges(null, { email: "ada@example.com", role: "viewer" })).toEqual(["email: ada@example.com", "role: viewer"]);
  expect(auditChanges({ role: "viewer" }, null)).toEqual(["role: viewer, taken away"]);
});

test("a long value is shortened", () => {
  expect(auditChanges(null, { text: "x".repeat(200) })[0]?.length).toBeLessThan(100);
});

test("what turns the text around is shown by its code", () => {
  expect(auditChanges(null, { value: "\u202efdp" })).toEqual(["value: ⟨U+202E⟩fdp"]);
});
