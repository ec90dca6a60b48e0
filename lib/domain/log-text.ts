/**
 * What a program wrote for a terminal, made fit for a page: colours stay, everything else that steers a terminal goes.
 * No printable character is lost on the way, also where an escape is cut off or broken. A line that was written over
 * itself (a progress bar) shows what a terminal would show last.
 */
export function tameEscapes(text: string): string {
  if (!steering.test(text)) return text;
  // Not by a pattern: looking for returns at the end takes the square of their number where they are not at the end.
  let end = text.length;
  while (text[end - 1] === "\r") end--;
  const lastPass = end === 0 ? 0 : text.lastIndexOf("\r", end - 1) + 1;
  const colours = lastPass > 0 ? (text.slice(0, lastPass).match(colour) ?? []).join("") : "";
  return (colours + text.slice(lastPass))
    .replace(systemCommand, "")
    .replace(sequence, (_whole, parameters: string, final: string) =>
      final === "m" && /^[\d;:]*$/.test(parameters) ? splitColours(parameters) : "",
    )
    .replace(shortEscape, (whole) => (colourStart.test(whole) ? whole : ""))
    .replace(otherControls, "");
}

/** One event of a log as the lines that it is: most are one, a stack trace may be many. */
export function splitLines(message: string): string[] {
  return message.replace(/\r?\n$/, "").split(/\r?\n/);
}

/** Whether there is more than words in it: something that steers a terminal. */
export function hasSteering(text: string): boolean {
  return steering.test(text);
}

/** The words alone. */
export function plainText(text: string): string {
  if (!steering.test(text)) return text;
  return tameEscapes(text).replace(colour, "");
}

/**
 * Whether a line of a log tells of something that went wrong. A guess by its words: levels (`ERROR`, `"level":"fatal"`, `E0412`),
 * exceptions and stack traces of the usual languages; not where it says that there was none.
 */
export function looksLikeError(text: string): boolean {
  const words = plainText(text.length > lookedAt ? text.slice(0, lookedAt) : text);
  if (className.test(words)) return true;
  return troubleWord.test(words) && troubleWord.test(words.replace(noTrouble, " "));
}

/** So many characters of a line tell what it is about. */
const lookedAt = 2000;
const trouble = "errors?|fatal|panic(?:ked)?|critical|exceptions?|traceback|segfault|failed|failures?|uncaught|unhandled";
/** TypeError, java.io.IOException: here the capital tells it from terror. */
const className = /[a-z](?:Error|Exception)(?![A-Za-z0-9])/;
/** A whole word, npm's ERR!, klog's level. */
const troubleWord = new RegExp(`(?<![a-z0-9])(?:${trouble})(?![a-z0-9])|\\bERR!|\\bcaused by:|^[ef]\\d{4} \\d\\d:`, "i");
const noTrouble = new RegExp(
  `\\b(?:no|0|zero|without|any|non)[ -](?:\\w{1,30} )?(?:${trouble})(?![a-z0-9])|(?<![a-z0-9])(?:${trouble})["']?\\s{0,3}[=:]\\s{0,3}["']?(?:0(?![.\\d])|null|none|nil|false|undefined|\\[\\]|\\{\\})`,
  "gi",
);

// Built from strings: a control character inside a pattern is nearly always a mistake, here it is the point.
const esc = String.fromCharCode(0x1b);
const bell = String.fromCharCode(0x07);
const controls = (from: number, to: number) => `${String.fromCharCode(from)}-${String.fromCharCode(to)}`;
const steering = new RegExp(`[${controls(0x00, 0x08)}${controls(0x0b, 0x1f)}${controls(0x7f, 0x9f)}]`);
/** Window titles, links: the link's words stand outside and stay. */
const systemCommand = new RegExp(`${esc}\\][^${bell}${esc}]*(?:${bell}|${esc}\\\\)`, "g");
const sequence = new RegExp(`${esc}\\[([0-?]*)[ -/]*([@-~])`, "g");
const colour = new RegExp(`${esc}\\[[\\d;:]*m`, "g");
const shortEscape = new RegExp(`${esc}(?:\\[[\\d;]*m|[()*+][0-9A-Z]|[\\]=>78cDEHMNOZ\\\\]|\\[[\\d;:<-?]*)?`, "g");
const colourStart = new RegExp(`^${esc}\\[[\\d;]*m$`);
const otherControls = new RegExp(`[${controls(0x00, 0x08)}${controls(0x0b, 0x1a)}${controls(0x1c, 0x1f)}${controls(0x7f, 0x9f)}]`, "g");

/** Each extended colour in a sequence of its own, with semicolons: the renderer knows no other form. */
function splitColours(parameters: string): string {
  // Most are plain ones, and a hostile line has a quarter of a million of them.
  if (!/[345]8|:/.test(parameters)) return `${esc}[${parameters}m`;
  const codes = parameters.replaceAll(":", ";").split(";");
  let out = "";
  let plain: string[] = [];
  const flush = () => {
    if (plain.length > 0) out += `${esc}[${plain.join(";")}m`;
    plain = [];
  };
  for (let index = 0; index < codes.length; index++) {
    const code = codes[index] ?? "";
    const length = /^(38|48|58)$/.test(code) ? ({ "5": 3, "2": 5 }[codes[index + 1] ?? ""] ?? 0) : 0;
    if (length === 0) {
      plain.push(code);
      continue;
    }
    flush();
    out += `${esc}[${codes.slice(index, index + length).join(";")}m`;
    index += length - 1;
  }
  flush();
  return out;
}
