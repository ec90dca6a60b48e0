import { createServer } from "node:net";
import { Sentence } from "./sentence";

/** How many ports are looked at, one after the other. */
const tries = 100;

/**
 * A port that nobody listens on: the one that was asked for (a sentence is thrown if it is taken), else the usual one or
 * the next free one, but not `besides`, which is for something else. `onMoved` hears which one was taken.
 */
export async function freePort(
  asked: number | null,
  usual: number,
  option: string,
  onMoved: (sentence: string) => void,
  besides: number | null = null,
): Promise<number> {
  if (asked !== null) {
    if (await isFree(asked)) return asked;
    throw new Sentence(`Port ${asked} is taken by another program: stop that one, or choose another port with ${option} ${asked + 1}.`);
  }
  for (let port = usual; port < usual + tries; port += 1) {
    if (port === besides || !(await isFree(port))) continue;
    if (port !== usual) onMoved(`Port ${usual} is taken, so port ${port} is used.`);
    return port;
  }
  throw new Sentence(`The ports ${usual} to ${usual + tries - 1} are all taken: choose one with ${option}.`);
}

/** On both loopback addresses: "localhost" means either, and a stranger on one of them would be met instead of Belfry. */
async function isFree(port: number): Promise<boolean> {
  return (await canListen(port, "127.0.0.1")) && (await canListen(port, "::1"));
}

function canListen(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    // A machine without IPv6 has nobody there either.
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code !== "EADDRINUSE" && error.code !== "EACCES"));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
