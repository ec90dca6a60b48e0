import { AwsError, type ServiceName } from "../service";
import { type Answer, errorMembers } from "./answer";
import { readJson, serializationError, writeJson } from "./json";
import { type Model, modelOf } from "./model";
import { sqsQueryCode } from "./sqs-query";

/** Reads the body of an awsJson request. Throws SerializationException. */
export function readAwsJson(model: Model, operation: string, body: string): unknown {
  const input = model.operations[operation]?.input;
  if (!input) return {};
  return readJson(model, input, parsedBody(body));
}

/** Writes an awsJson answer: 200, and the output as the model says. */
export function writeAwsJson(model: Model, operation: string, output: unknown): Answer {
  const shape = model.operations[operation]?.output;
  // AWS answers an operation without output by an empty body, not by {}.
  return { status: 200, headers: contentType(model), body: shape ? JSON.stringify(writeJson(model, shape, output ?? {})) : "" };
}

/** Writes an awsJson error: `__type` and message; SQS also names its code of the query days in a header. */
export function writeAwsJsonError(service: ServiceName | undefined, error: AwsError): Answer {
  const model = service && modelOf(service);
  const headers = model ? contentType(model) : { "content-type": "application/x-amz-json-1.1" };
  const type = service === "sqs" ? `com.amazonaws.sqs#${error.code}` : error.code;
  if (service === "sqs") headers["x-amzn-query-error"] = `${sqsQueryCode(error)};${error.status < 500 ? "Sender" : "Receiver"}`;
  return { status: error.status, headers, body: JSON.stringify({ __type: type, ...errorMembers(model, error, "message") }) };
}

/** A JSON body as a value; no body is an empty object. Throws SerializationException. */
export function parsedBody(body: string): unknown {
  if (body.trim() === "") return {};
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw serializationError("Unexpected character or end of input found when reading the JSON body");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new AwsError("SerializationException", "Start of structure or map found where not expected.");
  return value;
}

function contentType(model: Model): Record<string, string> {
  return { "content-type": `application/x-amz-json-${model.metadata.jsonVersion ?? "1.1"}` };
}
