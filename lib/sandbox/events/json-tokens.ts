/** A piece of JSON with the column that AWS's parser stands at after it: before a text is read, right behind its quote. */
export type JsonNode =
  | { kind: "object"; column: number; endColumn: number; members: { name: string; value: JsonNode }[] }
  | { kind: "array"; column: number; endColumn: number; items: JsonNode[] }
  | { kind: "string"; column: number; endColumn: number; value: string }
  | { kind: "number"; column: number; endColumn: number; value: number }
  | { kind: "literal"; column: number; endColumn: number; value: boolean | null };

/** Text that is no JSON, in the words and with the column of AWS's parser. */
export class JsonFault extends Error {
  constructor(
    message: string,
    readonly column: number,
  ) {
    super(message);
  }
}

const expectedValue = "JSON String, Number, Array, Object or token 'null', 'true' or 'false'";

/** Reads JSON and remembers columns. Throws JsonFault. Columns count from 1; patterns are taken as one line. */
export function readJsonNodes(text: string): JsonNode {
  let at = 0;
  const skipBlanks = () => {
    while (/\s/.test(text[at] ?? "")) at += 1;
  };
  const unexpected = (wanted: string) => {
    const character = text[at];
    if (character === undefined) return new JsonFault(`Unexpected end-of-input${wanted}`, at + 1);
    return new JsonFault(`Unexpected character ('${character}' (code ${character.charCodeAt(0)})): ${wanted.trim()}`, at + 1);
  };

  const readString = (): { value: string; column: number } => {
    const start = at;
    for (at += 1; at < text.length && text[at] !== '"'; at += 1) if (text[at] === "\\") at += 1;
    if (text[at] !== '"') throw new JsonFault("Unexpected end-of-input: was expecting closing quote for a string value", at + 1);
    at += 1;
    try {
      return { value: JSON.parse(text.slice(start, at)) as string, column: start + 2 };
    } catch {
      throw new JsonFault("Unrecognized character escape or control character in a string value", at + 1);
    }
  };

  const readList = <Item>(open: number, close: string, readItem: () => Item): { items: Item[]; column: number } => {
    const items: Item[] = [];
    at += 1;
    skipBlanks();
    if (text[at] === close) {
      at += 1;
      return { items, column: open + 2 };
    }
    for (;;) {
      skipBlanks();
      items.push(readItem());
      skipBlanks();
      const separator = text[at];
      if (separator !== close && separator !== ",")
        throw unexpected(` was expecting comma to separate ${close === "}" ? "Object" : "Array"} entries`);
      at += 1;
      if (separator === close) return { items, column: open + 2 };
    }
  };

  const readMember = (): { name: string; value: JsonNode } => {
    if (text[at] !== '"') throw unexpected(" was expecting double-quote to start field name");
    const { value: name } = readString();
    skipBlanks();
    if (text[at] !== ":") throw unexpected(" was expecting a colon to separate field name and value");
    at += 1;
    return { name, value: readValue() };
  };

  const readValue = (): JsonNode => {
    skipBlanks();
    const start = at;
    const first = text[at];
    if (first === "{") {
      const { items: members, column } = readList(start, "}", readMember);
      return { kind: "object", column, endColumn: at + 1, members };
    }
    if (first === "[") {
      const { items, column } = readList(start, "]", readValue);
      return { kind: "array", column, endColumn: at + 1, items };
    }
    if (first === '"') {
      const { value, column } = readString();
      return { kind: "string", column, endColumn: at + 1, value };
    }
    const [word = ""] = /^[A-Za-z_$][\w$]*/.exec(text.slice(at)) ?? [];
    const [digits = ""] = /^-?\d+(\.\d+)?([eE][+-]?\d+)?/.exec(text.slice(at)) ?? [];
    at += word.length || digits.length;
    if (digits) return { kind: "number", column: at + 1, endColumn: at + 1, value: Number(digits) };
    if (word === "true" || word === "false") return { kind: "literal", column: at + 1, endColumn: at + 1, value: word === "true" };
    if (word === "null") return { kind: "literal", column: at + 1, endColumn: at + 1, value: null };
    if (word) throw new JsonFault(`Unrecognized token '${word}': was expecting (${expectedValue})`, at + 1);
    throw unexpected(` expected a valid value (${expectedValue})`);
  };

  const node = readValue();
  skipBlanks();
  if (at < text.length) throw unexpected(` was expecting end of input`);
  return node;
}
