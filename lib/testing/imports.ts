import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

/** One import of a source file. `target`: a path from the repository's root, or `npm:` and the package's name. */
export type ImportLine = { file: string; target: string; typesOnly: boolean };

const statement = /(?:^|[\n;])\s*(import|export)\s+(?!\()(type\s+)?([\w*\s{},$]*?)(?:\s*from\s*)?["']([^"'\n]+)["']/g;
const dynamic = /\b(typeof\s+)?import\(\s*["']([^"'\n]+)["']\s*\)(\.[A-Z])?/g;

/** The import lines of a source text. An import of which every name is marked `type` still runs the module, so it counts as code. */
export function readImports(file: string, text: string): ImportLine[] {
  const lines: ImportLine[] = [];
  for (const [, , type, , specifier = ""] of text.matchAll(statement))
    lines.push({ file, target: targetOf(file, specifier), typesOnly: type !== undefined });
  for (const [, typeOf, specifier = "", member] of text.matchAll(dynamic))
    lines.push({ file, target: targetOf(file, specifier), typesOnly: (typeOf ?? member) !== undefined });
  return lines;
}

function targetOf(file: string, specifier: string): string {
  if (specifier.startsWith("@/")) return specifier.slice(2);
  if (specifier.startsWith(".")) return path.posix.join(path.posix.dirname(file), specifier);
  const parts = specifier.split("/");
  return `npm:${parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/")}`;
}

/** The import lines of files below `root`, each file read once. */
export function readImportsOf(root: string, files: string[]): ImportLine[] {
  return files.flatMap((file) => readImports(file, readFileSync(path.join(root, file), "utf8")));
}

/** Whether a path from the root is a file of source text. */
export function isSource(root: string, file: string): boolean {
  const absolute = path.join(root, file);
  return /\.(ts|tsx|mjs)$/.test(file) && existsSync(absolute) && statSync(absolute).isFile();
}
