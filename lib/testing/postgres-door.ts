import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export type PostgresDoor = {
  /** The database's address through the door. */
  url: string;
  open(): Promise<void>;
  /** Breaks every connection and refuses new ones, as a server does that is gone. */
  shut(): void;
};

/** A way to a database that can be shut and opened again while the server itself, which others use, goes on. It is shut at first. */
export async function postgresDoor(databaseUrl: string): Promise<PostgresDoor> {
  const { hostname, port } = new URL(databaseUrl);
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    const onward = connect(Number(port), hostname);
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      open.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port: own } = server.address() as AddressInfo;
  server.close();
  const url = new URL(databaseUrl);
  url.hostname = "127.0.0.1";
  url.port = String(own);
  return {
    url: url.href,
    open: async () => {
      server.listen(own, "127.0.0.1");
      await once(server, "listening");
    },
    shut: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
