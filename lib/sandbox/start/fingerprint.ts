import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

/** Made, not written: they are no source. */
const ignoredFolders = new Set(["node_modules", "generated", ".next", ".data", "dist"]);

/**
 * One value for the content of files and folders (paths below `root`; missing ones count as empty). Names that `ignored`
 * takes are left out. Times do not matter: a checked-out branch and back is the same.
 */
export function fingerprintOf(root: string, names: string[], ignored: (file: string) => boolean = () => false): string {
  const hash = createHash("sha256");
  for (const name of names)
    for (const file of filesBelow(path.join(root, name))) {
      const relative = path.relative(root, file).split(path.sep).join("/");
      if (ignored(relative)) continue;
      const content = readFileSync(file);
      hash.update(`${relative}\0${content.length}\0`).update(content);
    }
  return hash.digest("hex");
}

function filesBelow(place: string): string[] {
  const stat = statSync(place, { throwIfNoEntry: false });
  if (!stat) return [];
  if (!stat.isDirectory()) return [place];
  return readdirSync(place, { withFileTypes: true })
    .filter((entry) => !(entry.isDirectory() && ignoredFolders.has(entry.name)))
    .map(({ name }) => name)
    .sort()
    .flatMap((name) => filesBelow(path.join(place, name)));
}
