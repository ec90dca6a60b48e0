import { AwsError } from "../service";

/** Where a reader of a stream stands: before the line of this number, going forward or backward. */
export type Position = { direction: "f" | "b"; line: number };

const invalid = () => new AwsError("InvalidParameterException", "The specified nextToken is invalid.");

/** `f/00…017/s`: AWS's form, 56 digits between the direction and the end. */
export function writePosition(direction: "f" | "b", line: number): string {
  return `${direction}/${String(line).padStart(56, "0")}/s`;
}

/** Reads a token of GetLogEvents; throws AWS's InvalidParameterException for any other text. */
export function readPosition(token: string): Position {
  const match = /^([fb])\/(\d{56})\/s$/.exec(token);
  if (match === null) throw invalid();
  return { direction: match[1] as "f" | "b", line: Number(match[2]) };
}

/** An opaque token of the listing operations. */
export function writeToken(content: unknown): string {
  return Buffer.from(JSON.stringify(content)).toString("base64url");
}

/** Reads a listing's token; throws AWS's InvalidParameterException for a text that is none. */
export function readToken<Content>(token: string, isContent: (content: unknown) => content is Content): Content {
  let content: unknown;
  try {
    content = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
  } catch {
    throw invalid();
  }
  if (!isContent(content)) throw invalid();
  return content;
}
