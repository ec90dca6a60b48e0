import { requireActor } from "@/lib/auth/require-actor";
import { asOurs } from "@/lib/db/as-ours";
import type { Actor } from "@/lib/domain/actor";
import { BelfryError, type ErrorWord, Forbidden, Invalid } from "@/lib/domain/errors";

const statusOf = {
  unauthenticated: 401,
  forbidden: 403,
  "not-found": 404,
  conflict: 409,
  invalid: 422,
  refused: 422,
  unavailable: 503,
} satisfies Record<ErrorWord, number>;

const largestBodyBytes = 256 * 1024;

type Asked = { actor: Actor; request: Request; search: URLSearchParams; body: () => Promise<unknown> };

/**
 * A route over a verb: who asks, the verb, and one form for every error: `{error: {word, sentence, faults}}`.
 * A browser's request from another site is refused before anything is read.
 */
export async function handle(request: Request, answer: (asked: Asked) => Promise<unknown>): Promise<Response> {
  try {
    refuseOtherSites(request);
    const actor = await requireActor();
    const result = await answer({ actor, request, search: new URL(request.url).searchParams, body: () => readBody(request) });
    if (result instanceof Response) return result;
    return Response.json(result ?? {}, { status: request.method === "POST" ? 201 : 200, headers: { "cache-control": "no-store" } });
  } catch (error) {
    return errorResponse(error);
  }
}

/** Any error as the API's one error form. What is not one of our words is logged and told without its inside. */
export function errorResponse(error: unknown): Response {
  const ours = error instanceof BelfryError ? error : asOurs(error);
  if (!(ours instanceof BelfryError)) {
    console.error(error);
    return Response.json(
      { error: { word: "unavailable", sentence: "Belfry could not answer: the reason is in the web server's log.", faults: [] } },
      { status: 500 },
    );
  }
  const { word, sentence, faults } = ours;
  return Response.json({ error: { word, sentence, faults } }, { status: statusOf[word], headers: { "cache-control": "no-store" } });
}

/** Throws Forbidden for a change that a page of another site sends with the browser's cookie. */
export function refuseOtherSites(request: Pick<Request, "method" | "headers">): void {
  if (request.method === "GET" || request.method === "HEAD") return;
  const origin = request.headers.get("origin");
  const host = request.headers.get("x-forwarded-host") ?? request.headers.get("host");
  const sameSite = origin === null || (URL.canParse(origin) && new URL(origin).host === host);
  const fetchSite = request.headers.get("sec-fetch-site");
  if (!sameSite || (fetchSite !== null && fetchSite !== "same-origin" && fetchSite !== "none"))
    throw new Forbidden("This request comes from another site: send it from Belfry's own pages, or without an Origin header.");
}

/** A request's JSON; {} where there is none. Throws Invalid, for a body that is too large before all of it is taken. */
export async function readBody(request: Request): Promise<unknown> {
  const text = await readText(request);
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Invalid([{ field: "", sentence: "The request's body is not JSON: send a JSON object with content-type application/json." }]);
  }
}

async function readText(request: Request): Promise<string> {
  const reader = request.body?.getReader();
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
    bytes += part.value.byteLength;
    if (bytes > largestBodyBytes) {
      await reader?.cancel();
      throw new Invalid([{ field: "", sentence: `The request is larger than ${largestBodyBytes / 1024} KiB: send less.` }]);
    }
    parts.push(part.value);
  }
  return Buffer.concat(parts).toString("utf8");
}

/** One member of a JSON body as text; "" where it is missing or of another kind. */
export function textOf(body: unknown, member: string): string {
  const value = typeof body === "object" && body !== null ? (body as Record<string, unknown>)[member] : undefined;
  return typeof value === "string" ? value : "";
}

/** A search parameter that must be one of a list; undefined where it is missing. Throws Invalid. */
export function choiceOf<Choice extends string>(search: URLSearchParams, name: string, choices: readonly Choice[]): Choice | undefined {
  const value = search.get(name);
  if (value === null || value === "") return undefined;
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined) throw new Invalid([{ field: name, sentence: `${name} may be ${choices.join(", ")}: choose one of them.` }]);
  return choice;
}

/** A search parameter that must be a whole number from 1; undefined where it is missing. Throws Invalid. */
export function numberOf(search: URLSearchParams, name: string, most = 999_999_999_999): number | undefined {
  const value = search.get(name);
  if (value === null || value === "") return undefined;
  if (!/^\d{1,12}$/.test(value) || Number(value) < 1 || Number(value) > most)
    throw new Invalid([{ field: name, sentence: `${name} must be a whole number from 1 to ${most}.` }]);
  return Number(value);
}

/** The page size asked for. Throws Invalid. */
export function limitOf(search: URLSearchParams): number | undefined {
  const value = search.get("limit");
  if (value === null || value === "") return undefined;
  if (!/^\d{1,3}$/.test(value) || Number(value) < 1 || Number(value) > 100)
    throw new Invalid([{ field: "limit", sentence: "limit must be a whole number from 1 to 100." }]);
  return Number(value);
}
