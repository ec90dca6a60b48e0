import { createServer, type Server } from "node:net";
import { afterEach, expect, test } from "vitest";
import { freePort } from "./free-port";

const servers: Server[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve)))));

async function takenPort(host: string): Promise<number> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, host, resolve));
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
}

test.each(["127.0.0.1", "0.0.0.0"])("a usual port that is taken on %s is passed over, and that is said", async (host) => {
  const taken = await takenPort(host);
  const said: string[] = [];
  const port = await freePort(null, taken, "--port", (sentence) => said.push(sentence));
  expect(port).toBeGreaterThan(taken);
  expect(said).toEqual([`Port ${taken} is taken, so port ${port} is used.`]);
});

test("a usual port that is free is taken without a word", async () => {
  const port = await takenPort("127.0.0.1");
  await new Promise((resolve) => servers.pop()?.close(resolve));
  expect(await freePort(null, port, "--port", () => expect.unreachable())).toBe(port);
});

test("a usual port that is for something else of the same start is passed over", async () => {
  const port = await takenPort("127.0.0.1");
  await new Promise((resolve) => servers.pop()?.close(resolve));
  expect(await freePort(null, port, "--aws-port", () => {}, port)).toBeGreaterThan(port);
});

test("a port that was asked for is not exchanged for another", async () => {
  const taken = await takenPort("127.0.0.1");
  await expect(freePort(taken, 3000, "--port", () => {})).rejects.toThrow(
    `Port ${taken} is taken by another program: stop that one, or choose another port with --port ${taken + 1}.`,
  );
});
