import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a newcomer and local programs need to use the site; `<data dir>/local.json`, readable by its owner alone. */
export interface LocalFile {
  url: string;
  organizationId: string;
  ownerToken: string;
  operatorToken: string;
}

/** The file of an earlier start, or null. */
export function readLocalFile(dataDir: string): LocalFile | null {
  try {
    return JSON.parse(readFileSync(join(dataDir, "local.json"), "utf8")) as LocalFile;
  } catch {
    return null;
  }
}

/** Replaces the file at once, so that no reader sees half of it. */
export function writeLocalFile(dataDir: string, content: LocalFile): string {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, "local.json");
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  chmodSync(temporary, 0o600);
  renameSync(temporary, path);
  return path;
}
