import { AwsError } from "../service";

/**
 * A filter pattern of words: `word`, `"quoted text"`, `?any`, `-not`. A line matches by containing them, in the same case;
 * `?` terms count only where there is nothing else (CloudWatch Logs User Guide, "Filter pattern syntax").
 * Throws InvalidParameterException for JSON, space-delimited and regular-expression patterns: they are refused, not guessed.
 */
export function parseFilterPattern(pattern: string): (message: string) => boolean {
  const text = pattern.trim();
  if (text === "") return () => true;
  if (/^[{[]/.test(text) || /(^|[\s?-])%/.test(text)) {
    const kind = text.startsWith("{") ? "JSON" : text.startsWith("[") ? "space-delimited" : "regular-expression";
    throw new AwsError(
      "InvalidParameterException",
      `The sandbox does not read ${kind} filter patterns. Use words, "quoted text", ?any and -not.`,
    );
  }
  const all: string[] = [];
  const any: string[] = [];
  const none: string[] = [];
  let rest = text;
  while (rest !== "") {
    const match = /^([?-]?)(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))(?:\s+|$)/.exec(rest);
    if (match === null) throw new AwsError("InvalidParameterException", "Invalid filter pattern");
    const [whole, sign, quoted, word] = match;
    if (word !== undefined && !/^[\p{L}\p{N}_]+$/u.test(word)) {
      throw new AwsError("InvalidParameterException", `Invalid character(s) in term '${word}'`);
    }
    const term = quoted === undefined ? (word as string) : quoted.replace(/\\(.)/g, "$1");
    (sign === "?" ? any : sign === "-" ? none : all).push(term);
    rest = rest.slice(whole.length);
  }
  if (all.length === 0 && none.length === 0) return (message) => any.some((term) => message.includes(term));
  return (message) => all.every((term) => message.includes(term)) && !none.some((term) => message.includes(term));
}
