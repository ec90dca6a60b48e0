import { BelfryError, Unavailable } from "@/lib/domain/errors";
import { Prisma } from "./generated/client";

/** Prisma's codes for "no server", "too slow", "connection lost", "no free connection", "transaction gone", "too many connections". */
const awayCodes = new Set(["P1000", "P1001", "P1002", "P1003", "P1008", "P1010", "P1011", "P1017", "P2024", "P2028", "P2037"]);

/** Postgres' own codes: connection exceptions (class 08), shutting down, starting up, too many connections, statement cancelled. */
const awayStates = /^(08...|57P0[1-5]|53300|57014)$/;

const awayKinds = new Set(["DatabaseNotReachable", "ConnectionClosed", "SocketTimeout", "TooManyConnections", "TlsConnectionError"]);

const awayWords =
  /timeout exceeded when trying to connect|connection terminated|connection error and is not queryable|cannot use a pool after|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|database system is (starting up|shutting down|in recovery)/i;

/**
 * An error of the database in Belfry's words: `Unavailable` when Postgres does not answer or two writers collided, so that
 * trying again may help. Everything else (Belfry's own errors, and mistakes in a query) is given back as it is.
 */
export function asOurs(error: unknown): unknown {
  if (error instanceof BelfryError) return error;
  const links = chainOf(error);
  if (links.some(isAway)) return withCause(new Unavailable("The database does not answer: try again in a moment."), error);
  if (links.some(isCollision))
    return withCause(new Unavailable("Somebody else wrote the same rows at the same moment. Nothing was changed: try again."), error);
  return error;
}

/** Whether the error says that a row with the same key is there already; `index` is the name of the key in Postgres. */
export function isTaken(error: unknown, index: string): boolean {
  return chainOf(error).some((link) => link.constraint?.index === index || (link.code === "23505" && link.message?.includes(`"${index}"`)));
}

/** Whether two writers waited for each other, and this one was told to give way: Postgres has then undone all that it did. */
export function hasCollided(error: unknown): boolean {
  return chainOf(error).some(isCollision);
}

function isCollision({ code, originalCode }: Link): boolean {
  return [code, originalCode].some((one) => one === "P2034" || one === "40P01" || one === "40001");
}

type Link = {
  name?: string;
  code?: string;
  originalCode?: string;
  kind?: string;
  message?: string;
  cause?: unknown;
  meta?: { driverAdapterError?: unknown };
  constraint?: { index?: string };
};

/** The error and what it was made from: Prisma keeps the driver's error in `meta`, the driver the server's in `cause`. */
function chainOf(error: unknown): Link[] {
  const links: Link[] = [];
  const waiting: unknown[] = [error];
  while (waiting.length > 0 && links.length < 10) {
    const next = waiting.shift();
    if (typeof next !== "object" || next === null) continue;
    const link = next as Link;
    links.push(link);
    waiting.push(link.cause, link.meta?.driverAdapterError);
  }
  return links;
}

function isAway(link: Link): boolean {
  return (
    link instanceof Prisma.PrismaClientInitializationError ||
    awayCodes.has(link.code ?? "") ||
    awayStates.test(link.code ?? "") ||
    awayStates.test(link.originalCode ?? "") ||
    awayKinds.has(link.kind ?? "") ||
    awayWords.test(link.message ?? "")
  );
}

function withCause(error: Unavailable, cause: unknown): Unavailable {
  error.cause = cause;
  return error;
}
