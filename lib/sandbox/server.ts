import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { answerControl } from "./control";
import { DroppedConnection } from "./faults";
import type { Answer } from "./protocols/answer";
import { readAwsJson, writeAwsJson, writeAwsJsonError } from "./protocols/aws-json";
import { modelOf } from "./protocols/model";
import { readQuery, writeQuery, writeQueryError } from "./protocols/query";
import { type Recognised, type RequestHead, recognise, type Signed, signedAs } from "./protocols/recognise";
import { readRestJson, writeRestJson, writeRestJsonError } from "./protocols/rest-json";
import { AwsError } from "./service";
import type { SandboxWorld } from "./world";

/** More than any of the served operations takes. */
const maximumBodyBytes = 8 * 1024 * 1024;

/** Makes the HTTP server of a world: every service at one address, and the control endpoint beside them. */
export function makeServer(world: SandboxWorld): Server {
  return createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    serve(world, request, response).catch((error: unknown) => {
      process.stderr.write(`sandbox: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      response.destroy();
    });
  });
}

async function serve(world: SandboxWorld, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const requestId = randomUUID();
  const refused = refusalOf(request);
  if (refused) return send(world, response, requestId, { status: 403, headers: { "content-type": "text/plain" }, body: `${refused}\n` });
  const body = await bodyOf(request);
  if (body === undefined)
    return send(world, response, requestId, {
      status: 413,
      headers: { "content-type": "text/plain" },
      body: "The request is too large.\n",
    });

  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  const method = request.method ?? "GET";
  if (url.pathname === "/_sandbox" || url.pathname.startsWith("/_sandbox/"))
    return send(world, response, requestId, await answerControl(world, { method, path: url.pathname, body }));

  const headers = headersOf(request);
  const isForm = headers["content-type"]?.startsWith("application/x-www-form-urlencoded") ?? false;
  const head: RequestHead = {
    method,
    path: url.pathname,
    query: url.searchParams,
    headers,
    form: isForm ? new URLSearchParams(body) : undefined,
  };
  const signed = signedAs(head);
  const recognised = recognise(head, signed);

  const gone = new AbortController();
  response.once("close", () => gone.abort());
  try {
    const answer = await answerOf(world, recognised, signed, head, body, requestId, AbortSignal.any([gone.signal, world.leavingSignal]));
    send(world, response, requestId, answer);
  } catch (error) {
    if (error instanceof DroppedConnection) response.destroy();
    else throw error;
  }
}

async function answerOf(
  world: SandboxWorld,
  recognised: Recognised,
  signed: Signed,
  head: RequestHead,
  body: string,
  requestId: string,
  signal: AbortSignal,
): Promise<Answer> {
  if (recognised.kind === "unknown") return unknownAnswer(recognised, head, requestId);
  const { service, operation } = recognised;
  const model = modelOf(service);
  const perform = (input: unknown) =>
    world.call(signed.region, service, operation, input, { from: "wire", requestId, signal, accessKeyId: signed.accessKeyId });
  try {
    switch (recognised.kind) {
      case "aws-json":
        return writeAwsJson(model, operation, await perform(readAwsJson(model, operation, body)));
      case "rest-json":
        return writeRestJson(model, operation, await perform(readRestJson(model, operation, { ...head, labels: recognised.labels, body })));
      case "query":
        return writeQuery(model, operation, await perform(readQuery(model, operation, queryParameters(head))), requestId);
    }
  } catch (error) {
    if (!(error instanceof AwsError) || error instanceof DroppedConnection) throw error;
    if (recognised.kind === "aws-json") return writeAwsJsonError(service, error);
    if (recognised.kind === "rest-json") return writeRestJsonError(model, error);
    return writeQueryError(service, error, requestId);
  }
}

function unknownAnswer(unknown: Extract<Recognised, { kind: "unknown" }>, head: RequestHead, requestId: string): Answer {
  const sentence = `The sandbox has no operation ${unknown.name}${unknown.service ? ` of ${unknown.service}` : ""}.`;
  if (unknown.protocol === "query") {
    const version = head.form?.get("Version") ?? head.query.get("Version");
    const message = `Could not find operation ${unknown.name}${version ? ` for version ${version}` : ""}`;
    return writeQueryError(unknown.service, new AwsError("InvalidAction", message), requestId);
  }
  if (unknown.protocol === "aws-json") return writeAwsJsonError(unknown.service, new AwsError("UnknownOperationException", sentence));
  return writeRestJsonError(undefined, new AwsError("UnknownOperationException", sentence, 404));
}

/** By query the parameters stand in the form or in the address; SQS's path names the queue where the form does not. */
function queryParameters(head: RequestHead): URLSearchParams {
  const parameters = new URLSearchParams([...head.query, ...(head.form ?? [])]);
  if (head.path !== "/" && !parameters.has("QueueUrl")) parameters.set("QueueUrl", `http://${head.headers.host}${head.path}`);
  return parameters;
}

/**
 * The sandbox runs commands, so a page in a browser must not reach it: not by a form or a script (browsers send Origin or
 * Sec-Fetch-Site), and not by a name that was made to point at this machine (Host).
 */
function refusalOf(request: IncomingMessage): string | undefined {
  const host = (request.headers.host ?? "").replace(/:\d+$/, "");
  if (!/^(127\.\d+\.\d+\.\d+|\[::1\]|(.+\.)?localhost)$/i.test(host))
    return `The sandbox answers to loopback names only, not to "${host}".`;
  if (request.headers.origin !== undefined || request.headers["sec-fetch-site"] !== undefined)
    return "The sandbox does not answer to web pages.";
  return undefined;
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= maximumBodyBytes) chunks.push(chunk);
  }
  return bytes > maximumBodyBytes ? undefined : Buffer.concat(chunks).toString("utf8");
}

function headersOf(request: IncomingMessage): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(",") : value]));
}

function send(world: SandboxWorld, response: ServerResponse, requestId: string, answer: Answer): void {
  if (response.destroyed) return;
  response.writeHead(answer.status, {
    ...answer.headers,
    // The world's own time, which may have been moved: whoever compares it with a LastModificationDate finds them agree.
    date: world.now().toUTCString(),
    "x-amzn-requestid": requestId,
    "content-length": Buffer.byteLength(answer.body),
  });
  response.end(answer.body);
}
