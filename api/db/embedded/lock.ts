import { readFileSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { EmbeddedFolder } from "./folder.ts";

export type FolderLock = { release(): void };

/** Held locks are kept reachable: a collected handle would close its file and drop the lock. */
const held = new Set<DatabaseSync>();

/**
 * Takes the data folder for this process alone, until `release` or the end of the process, however it ends.
 * @throws Error "data folder … is in use by process N" when another process, or this one, holds it.
 */
export function takeLock(folder: EmbeddedFolder): FolderLock {
  // Node has no flock. SQLite's file lock is the kernel's: it dies with its process, so there is nothing
  // stale to judge, and it works on every platform and between containers that share the folder.
  let file: DatabaseSync | undefined;
  try {
    file = new DatabaseSync(folder.lock, { timeout: 0 });
    file.exec("PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE");
  } catch (error) {
    file?.close();
    const reason =
      (error as { errcode?: number }).errcode === SQLITE_BUSY
        ? `is in use by process ${holderOf(folder)}`
        : `cannot be locked: ${(error as Error).message}`;
    throw new Error(`The data folder ${folder.dataDir} ${reason}.`, { cause: error });
  }
  const taken = file;
  held.add(taken);
  writeFileSync(folder.holder, `${process.pid}\n`, { mode: 0o600 });
  return {
    release() {
      if (held.delete(taken)) taken.close();
    },
  };
}

const SQLITE_BUSY = 5;

function holderOf(folder: EmbeddedFolder): string {
  try {
    return readFileSync(folder.holder, "utf8").trim() || "(unknown)";
  } catch {
    return "(unknown)";
  }
}
