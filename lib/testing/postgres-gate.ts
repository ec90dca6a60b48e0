import { connect, createServer, type Socket } from "node:net";
import type { Lifeline } from "./lifeline";

export type Gate = { url: string; close(): Promise<void> };

/*
 * PostgreSQL's protocol, as far as a gate has to know it ("Message Formats"): after the first message, each has a letter
 * and a length. A client asks with Q, or with several messages that end with S; the server's answer ends with Z.
 */
const [query, sync, parse, ready] = [..."QSPZ"].map((letter) => letter.charCodeAt(0));

/**
 * A way to Postgres of one process alone. Each statement that goes through, also each begin and commit, is a call of its
 * life; when that ends, its connections are cut, and Postgres takes back what was not committed, and its locks.
 */
export async function openPostgresGate(url: string, life: Lifeline): Promise<Gate> {
  const address = new URL(url);
  const target = { host: address.hostname, port: Number(address.port || 5432) };
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const postgres = connect(target);
    for (const [one, other] of [
      [client, postgres],
      [postgres, client],
    ] as const) {
      sockets.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
    }
    carry(client, postgres, life);
  });
  const cut = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  life.onDeath(cut);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address.hostname = "127.0.0.1";
  address.port = String((server.address() as { port: number }).port);
  return { url: address.href, close: async () => cut() };
}

function carry(client: Socket, postgres: Socket, life: Lifeline): void {
  let asked: Buffer = Buffer.alloc(0);
  let begunAt = 0;
  let isStarted = false;
  let answered: Buffer = Buffer.alloc(0);
  let readAt = 0;
  let onReady: ((answer: Buffer) => void) | null = null;

  client.on("data", (chunk: Buffer) => {
    if (life.isDead) return client.destroy();
    asked = Buffer.concat([asked, chunk]);
    for (;;) {
      const header = isStarted ? 1 : 0;
      if (asked.length < begunAt + header + 4) return;
      const end = begunAt + header + asked.readInt32BE(begunAt + header);
      if (asked.length < end) return;
      const letter = isStarted ? asked[begunAt] : undefined;
      isStarted = true;
      begunAt = end;
      const isParked = letter !== undefined && letter !== query && letter !== sync && !isAlone(letter);
      if (isParked) continue;
      const group = asked.subarray(0, end);
      asked = asked.subarray(end);
      begunAt = 0;
      if (letter === query || letter === sync) ask(group);
      else postgres.write(group);
    }
  });

  postgres.on("data", (chunk: Buffer) => {
    if (onReady === null) return void client.write(chunk);
    answered = Buffer.concat([answered, chunk]);
    while (answered.length >= readAt + 5) {
      const end = readAt + 1 + answered.readInt32BE(readAt + 1);
      if (answered.length < end) return;
      const isReady = answered[readAt] === ready;
      readAt = end;
      if (isReady) return onReady(answered);
    }
  });

  function ask(group: Buffer): void {
    life
      .pass(statementIn(group), () => {
        return new Promise<Buffer>((resolve) => {
          const end = (answer: Buffer) => {
            postgres.off("close", lost);
            onReady = null;
            answered = Buffer.alloc(0);
            readAt = 0;
            resolve(answer);
          };
          const lost = () => end(Buffer.alloc(0));
          onReady = end;
          postgres.once("close", lost);
          postgres.write(group);
        });
      })
      .then(
        (answer) => client.write(answer),
        () => client.destroy(),
      );
  }
}

/** Messages outside of any question: passwords and the farewell. */
function isAlone(letter: number): boolean {
  return letter === "p".charCodeAt(0) || letter === "X".charCodeAt(0);
}

/** The statement, on one line and short. */
function statementIn(group: Buffer): string {
  const letter = group[0];
  const from = letter === parse ? group.indexOf(0, 5) + 1 : 5;
  const text = letter === parse || letter === query ? group.toString("utf8", from, group.indexOf(0, from)) : "a prepared statement";
  return text.replaceAll(/\s+/g, " ").trim().slice(0, 100);
}
