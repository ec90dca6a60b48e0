import { pushImage } from "./ecs/images";
import { type EventFilter, redeliver } from "./events/publish";
import type { FaultOrder } from "./faults";
import type { Answer } from "./protocols/answer";
import { fireNow } from "./scheduler/fire";
import { AwsError, type Region, serviceNames } from "./service";
import type { SandboxWorld } from "./world";

/** Answers `/_sandbox/*`, the dials that AWS does not have. */
export async function answerControl(world: SandboxWorld, request: { method: string; path: string; body: string }): Promise<Answer> {
  try {
    const body = request.body.trim() === "" ? {} : (JSON.parse(request.body) as unknown);
    if (typeof body !== "object" || body === null || Array.isArray(body)) throw new Error("The body has to be a JSON object.");
    const result = await routed(world, request, body as Record<string, unknown>);
    return answer(200, result ?? {});
  } catch (error) {
    const status = error instanceof AwsError ? error.status : error instanceof NotThere ? 404 : 400;
    return answer(status, { message: error instanceof Error ? error.message : String(error) });
  }
}

async function routed(world: SandboxWorld, request: { method: string; path: string }, body: Record<string, unknown>): Promise<unknown> {
  const name = request.path.replace(/^\/_sandbox\/?/, "").replace(/\/$/, "");
  switch (`${request.method} ${name}`) {
    case "GET health":
      return { status: "ok", accountId: world.accountId, now: world.now().toISOString(), services: serviceNames };
    case "POST reset":
      await world.reset();
      return {};
    case "GET settings":
      return world.settings;
    case "PUT settings":
      return world.changeSettings(body);
    case "GET clock":
      return clockOf(world);
    case "POST clock":
      moveClock(world, body);
      world.touch();
      world.wake();
      return clockOf(world);
    case "POST fire":
      return await fireNow(world, regionIn(world, body), {
        groupName: text(body, "groupName") ?? "default",
        name: text(body, "scheduleName") ?? "",
      });
    case "POST images":
      return pushImage(regionIn(world, body), { image: text(body, "image") ?? "", like: text(body, "like") ?? null });
    case "POST faults":
      return world.faults.order(faultOrder(body));
    case "GET faults":
      return { faults: world.faults.list() };
    case "DELETE faults":
      world.faults.clear();
      return {};
    case "GET calls":
      return { calls: Object.fromEntries(world.calls.wire), insideCalls: Object.fromEntries(world.calls.inside) };
    case "GET recent-calls":
      return { recentCalls: world.recentCalls };
    case "POST events":
      return { delivered: redeliver(world, regionIn(world, body), eventFilter(body)) };
    case "DELETE calls":
      world.calls.wire.clear();
      world.calls.inside.clear();
      world.recentCalls.length = 0;
      return {};
  }
  throw new NotThere(`The sandbox has no ${request.method} /_sandbox/${name}.`);
}

class NotThere extends Error {}

function clockOf(world: SandboxWorld): { now: string; offsetSeconds: number } {
  return { now: world.now().toISOString(), offsetSeconds: world.clock.offsetMs / 1000 };
}

function moveClock(world: SandboxWorld, body: Record<string, unknown>): void {
  const { advanceSeconds, set, reset } = body;
  if (typeof advanceSeconds === "number" && Number.isFinite(advanceSeconds)) world.clock.advance(advanceSeconds);
  else if (typeof set === "string") {
    const at = new Date(set);
    if (Number.isNaN(at.getTime())) throw new Error(`"${set}" is not a moment; write 2026-03-29T00:59:30Z.`);
    world.clock.set(at);
  } else if (reset === true) world.clock.reset();
  else throw new Error("Say advanceSeconds (a number), set (a moment in ISO 8601) or reset (true).");
}

function faultOrder(body: Record<string, unknown>): FaultOrder {
  const { service, operation, error, times, delayMs, actFirst, dropConnection } = body as Partial<FaultOrder>;
  const known: readonly string[] = ["*", ...serviceNames];
  if (!service || !known.includes(service)) throw new Error(`service has to be one of ${known.join(", ")}.`);
  if (typeof operation !== "string" || operation === "") throw new Error("operation has to be an operation's name, or *.");
  if (error !== undefined && typeof error.code !== "string") throw new Error("error has to have a code.");
  if (times !== undefined && !(Number.isInteger(times) && times > 0)) throw new Error("times has to be a whole number from 1.");
  if (!error && !dropConnection && !delayMs) throw new Error("A fault needs an error, dropConnection or delayMs.");
  return { service, operation, containing: text(body, "containing"), error, times: times ?? 1, delayMs, actFirst, dropConnection };
}

function eventFilter(body: Record<string, unknown>): EventFilter {
  const { newestFirst, limit } = body;
  if (limit !== undefined && typeof limit !== "number") throw new Error("limit has to be a number.");
  return {
    id: text(body, "id"),
    source: text(body, "source"),
    detailType: text(body, "detailType"),
    containing: text(body, "containing"),
    newestFirst: newestFirst === true,
    limit,
  };
}

function regionIn(world: SandboxWorld, body: Record<string, unknown>): Region {
  return world.region(text(body, "region") ?? "us-east-1");
}

function text(body: Record<string, unknown>, name: string): string | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  if (typeof value !== "string") throw new Error(`${name} has to be text.`);
  return value;
}

function answer(status: number, body: unknown): Answer {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}
