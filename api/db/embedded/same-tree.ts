import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Whether `copy` holds every entry of `original`, each file with its size: a copy cut short is not the same. */
export function sameTree(original: string, copy: string): boolean {
  return readdirSync(original, { withFileTypes: true }).every((entry) => {
    const path = join(original, entry.name);
    const found = lstatSync(join(copy, entry.name), { throwIfNoEntry: false });
    if (!found) return false;
    if (entry.isDirectory()) return found.isDirectory() && sameTree(path, join(copy, entry.name));
    if (entry.isSymbolicLink()) return found.isSymbolicLink();
    return found.isFile() && found.size === lstatSync(path).size;
  });
}
