import type { AwsError } from "../service";
import { exceptionShape, type Model } from "./model";

/** An HTTP answer, ready to be sent. */
export type Answer = { status: number; headers: Record<string, string>; body: string };

/** The body of an error in JSON: the message under the name that the modelled shape gives it (`Message` or `message`), and its further members. What is meant for the query protocol alone stays out. */
export function errorMembers(model: Model | undefined, error: AwsError, otherwise: "Message" | "message"): Record<string, unknown> {
  const members = Object.keys((model && exceptionShape(model, error.code)?.members) ?? {});
  const name = members.find((member) => member.toLowerCase() === "message") ?? otherwise;
  const { queryCode: _queryCode, queryMessage: _queryMessage, ...further } = error.extra;
  return { [name]: error.message, ...further };
}
