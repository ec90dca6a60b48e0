import { expect, test } from "vitest";
import { Invalid } from "@/lib/domain/errors";
import { readBody, refuseOtherSites } from "./handle";

const post = (body: BodyInit | null, headers: Record<string, string> = {}) =>
  new Request("http://belfry.test/api/v1/jobs", { method: "POST", body, headers, duplex: "half" } as RequestInit);

test("a body is read as JSON; none is an empty object; anything else is told", async () => {
  expect(await readBody(post('{"name":"Grüße"}'))).toEqual({ name: "Grüße" });
  expect(await readBody(post(null))).toEqual({});
  await expect(readBody(post("name=x"))).rejects.toThrow("not JSON");
});

test("of a body that is too large only so much is taken as is needed to know it", async () => {
  let given = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      given += 65_536;
      controller.enqueue(new Uint8Array(65_536));
    },
  });
  await expect(readBody(post(endless))).rejects.toBeInstanceOf(Invalid);
  expect(given).toBeLessThan(1024 * 1024);
});

test.each<[what: string, headers: Record<string, string>, isRefused: boolean]>([
  ["Belfry's own page", { origin: "http://belfry.test", host: "belfry.test", "sec-fetch-site": "same-origin" }, false],
  ["a tool without an Origin", { host: "belfry.test" }, false],
  ["another site", { origin: "http://evil.test", host: "belfry.test" }, true],
  ["a page without an origin of its own", { origin: "null", host: "belfry.test" }, true],
  ["a neighbour on the same domain", { origin: "http://belfry.test", host: "belfry.test", "sec-fetch-site": "same-site" }, true],
])("a change that %s asks for", (_what, headers, isRefused) => {
  const request = { method: "POST", headers: new Headers(headers) };
  if (isRefused) expect(() => refuseOtherSites(request)).toThrow("another site");
  else expect(() => refuseOtherSites(request)).not.toThrow();
});
