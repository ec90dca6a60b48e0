export type ReadArgv =
  | { ok: true; argv: string[] /** What looks as if a shell should read it. */; warning: string | null }
  | { ok: false; sentence: string };

/**
 * Reads a command line into its parts as a POSIX shell would split it: blanks separate, quotes and backslashes keep.
 * Nothing is expanded: ECS starts the command without a shell.
 */
export function parseArgv(line: string): ReadArgv {
  const argv: string[] = [];
  let part: string | null = null;
  let sign: string | null = null;
  for (let at = 0; at < line.length; at++) {
    const letter = line[at] as string;
    if (/\s/.test(letter)) {
      if (part !== null) argv.push(part);
      part = null;
    } else if (letter === "'" || letter === '"') {
      const quoted = readQuoted(line, at);
      if (quoted === null)
        return {
          ok: false,
          sentence: `The ${letter === "'" ? "single" : "double"} quote at character ${at + 1} is not closed: add the second one.`,
        };
      part = (part ?? "") + quoted.text;
      at = quoted.end;
    } else if (letter === "\\") {
      const next = line[at + 1];
      if (next === undefined) return { ok: false, sentence: "The line ends in a backslash: remove it, or write \\\\ for one backslash." };
      if (next !== "\n") part = (part ?? "") + next;
      at++;
    } else {
      part = (part ?? "") + letter;
      sign ??= signAt(line, at);
    }
  }
  if (part !== null) argv.push(part);
  return { ok: true, argv, warning: sign && warningOf(sign) };
}

/** A quoted piece that begins at `start`; null where its end is missing. In double quotes a backslash keeps " \ $ and `. */
function readQuoted(line: string, start: number): { text: string; end: number } | null {
  const quote = line[start];
  let text = "";
  for (let at = start + 1; at < line.length; at++) {
    const letter = line[at] as string;
    if (letter === quote) return { text, end: at };
    const next = line[at + 1] ?? "";
    if (quote === '"' && letter === "\\" && next !== "" && '"\\$`\n'.includes(next)) {
      if (next !== "\n") text += next;
      at++;
    } else text += letter;
  }
  return null;
}

/** What an unquoted letter would mean to a shell; null for ordinary letters. */
function signAt(line: string, at: number): string | null {
  const rest = line.slice(at);
  if (/^[|&;<>]/.test(rest)) return "joins or redirects commands";
  if (/^(\$\(|`)/.test(rest)) return "runs another command";
  if (/^\$\{?[A-Za-z_]/.test(rest)) return "reads a variable";
  return null;
}

function warningOf(sign: string): string {
  return `No shell reads this line, so what ${sign} in a shell is handed over as it stands. To use a shell, write sh -c '…'.`;
}

/** Writes parts as one line that parseArgv reads back to the same parts. */
export function formatArgv(argv: readonly string[]): string {
  return argv.map(quoteIfNeeded).join(" ");
}

function quoteIfNeeded(part: string): string {
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(part)) return part;
  if (!part.includes("'")) return `'${part}'`;
  return `"${part.replace(/["\\$`]/g, "\\$&")}"`;
}
