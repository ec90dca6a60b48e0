import { type ServiceName, serviceNames } from "../service";
import { modelOf, serviceOfSigningName, serviceOfTargetPrefix } from "./model";
import { routeOf } from "./rest-json";

/** What is read from a request's head and form to tell services apart. */
export type RequestHead = {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Record<string, string | undefined>;
  /** The form of a query request, where the body is one. */
  form: URLSearchParams | undefined;
};

/** What a request turned out to be. `unknown` carries the words for the answer, in the protocol that the caller speaks. */
export type Recognised =
  | { kind: "aws-json" | "query"; service: ServiceName; operation: string }
  | { kind: "rest-json"; service: ServiceName; operation: string; labels: Record<string, string> }
  | { kind: "unknown"; protocol: "aws-json" | "rest-json" | "query"; service: ServiceName | undefined; name: string };

export type Signed = { region: string; signingName: string | undefined; accessKeyId: string | undefined };

const defaultRegion = "us-east-1";

/** Region, service and key as signed (`Credential=<key>/<date>/<region>/<service>/aws4_request`, in the header or a presigned address). */
export function signedAs(head: Pick<RequestHead, "headers" | "query">): Signed {
  const header = head.headers.authorization;
  const credential = (header && /Credential=([^,\s]+)/.exec(header)?.[1]) || head.query.get("X-Amz-Credential") || "";
  const parts = credential.split("/");
  // A signature for several regions (sigv4a) carries no region in its scope.
  if (parts.length === 4)
    return { region: regionOr(head.headers["x-amz-region-set"]?.split(",")[0]), signingName: parts[2], accessKeyId: parts[0] };
  return { region: regionOr(parts[2]), signingName: parts[3], accessKeyId: parts[0] || undefined };
}

/** Tells service and operation apart by target header, form action or path, with the signature's scope where these leave a doubt. */
export function recognise(head: RequestHead, signed: Signed): Recognised {
  const scope = signed.signingName ? serviceOfSigningName(signed.signingName) : undefined;
  const target = head.headers["x-amz-target"];
  if (target) {
    const dot = target.lastIndexOf(".");
    const service = serviceOfTargetPrefix(target.slice(0, Math.max(dot, 0)));
    const operation = target.slice(dot + 1);
    if (!service || !modelOf(service).operations[operation])
      return { kind: "unknown", protocol: "aws-json", service, name: service ? operation : target };
    return { kind: "aws-json", service, operation };
  }
  const action = head.form?.get("Action") ?? head.query.get("Action");
  if (action) {
    const version = head.form?.get("Version") ?? head.query.get("Version");
    const service = signed.signingName ? scope : queryServiceOf(version, action);
    if (!service || !speaksQuery(service) || !modelOf(service).operations[action])
      return { kind: "unknown", protocol: "query", service, name: action };
    return { kind: "query", service, operation: action };
  }
  if (!signed.signingName || scope === "scheduler") {
    const route = routeOf(modelOf("scheduler"), head.method, head.path);
    if (route) return { kind: "rest-json", service: "scheduler", ...route };
  }
  const asked = `${head.method} ${head.path}`;
  return {
    kind: "unknown",
    protocol: "rest-json",
    service: scope,
    name: signed.signingName && !scope ? `${signed.signingName}: ${asked}` : asked,
  };
}

function queryServiceOf(version: string | null, action: string): ServiceName | undefined {
  const speaking = serviceNames.filter(speaksQuery);
  return (
    speaking.find((name) => modelOf(name).metadata.apiVersion === version && version !== null) ??
    speaking.find((name) => modelOf(name).operations[action])
  );
}

/** SQS answers by query too, though its published model speaks JSON. */
function speaksQuery(service: ServiceName): boolean {
  return service === "sqs" || modelOf(service).metadata.protocol === "query";
}

function regionOr(region: string | undefined): string {
  return region && /^[a-z0-9-]{1,32}$/.test(region) ? region : defaultRegion;
}
