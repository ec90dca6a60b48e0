import fc from "fast-check";
import { expect, test } from "vitest";
import { beginning, formatCursor, fromBeginning, parseCursor } from "./cursor";

test("a place survives its way through the browser", () => {
  const token = fc.option(fc.stringMatching(/^[!-~]{1,200}$/), { nil: null });
  fc.assert(
    fc.property(token, fc.nat(), fc.integer({ min: 1, max: 1e9 }), (at, skip, next) => {
      fc.pre(at !== null || skip < next);
      const place = { token: at, skip, next };
      expect(parseCursor(formatCursor(place))).toEqual(place);
    }),
  );
});

test("a place is one line of text, fit for an event's id", () => {
  expect(formatCursor({ token: "f/37/s", skip: 2, next: 13 })).toBe("13.2.f/37/s");
});

test.each([undefined, null, "", "13", "x.y.z", "0.0.f/1", "1.-2.f/1", "5.0.f/1\nid: 9", "3.7."])(
  "what names no place is the beginning: %j",
  (text) => {
    expect(parseCursor(text)).toEqual(beginning);
  },
);

test("a line is found again from the beginning", () => {
  expect(fromBeginning({ token: "f/37/s", skip: 2, next: 13 })).toEqual({ token: null, skip: 12, next: 13 });
});
