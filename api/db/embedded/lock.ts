import { readFileSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import type { EmbeddedFolder } from "./folder.ts";

export type FolderLock = { release(): void };

const SQLITE_BUSY = 5;
const GRACE_MS = 1000;
const POLL_MS = 50;

/** Held locks are kept reachable: a collected handle would close its file and drop the lock. */
const held = new Set<DatabaseSync>();

/**
 * Takes the data folder for this process alone, until `release` or the end of the process, however it ends.
 * Waits a second first: a process just killed may still be on its way out.
 * @throws Error "data folder … is in use by process N" when another process, or this one, holds it.
 */
export async function takeLock(folder: EmbeddedFolder): Promise<FolderLock> {
  const deadline = Date.now() + GRACE_MS;
  let file = lockFile(folder);
  while (!file) {
    if (Date.now() > deadline) {
      throw new Error(
        `The data folder ${folder.dataDir} is in use by process ${holderOf(folder)}.`,
      );
    }
    await sleep(POLL_MS);
    file = lockFile(folder);
  }
  held.add(file);
  writeFileSync(folder.holder, `${process.pid}\n`, { mode: 0o600 });
  const taken = file;
  return {
    release() {
      if (held.delete(taken)) taken.close();
    },
  };
}

/** Returns undefined when somebody else holds the lock. */
function lockFile(folder: EmbeddedFolder): DatabaseSync | undefined {
  // Node has no flock. SQLite's file lock is the kernel's: it dies with its process, so there is nothing
  // stale to judge, and it works on every platform and between containers that share the folder.
  let file: DatabaseSync | undefined;
  try {
    file = new DatabaseSync(folder.lock);
    file.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return file;
  } catch (error) {
    file?.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return undefined;
    throw new Error(
      `The data folder ${folder.dataDir} cannot be locked: ${(error as Error).message}.`,
      { cause: error },
    );
  }
}

function holderOf(folder: EmbeddedFolder): string {
  try {
    return readFileSync(folder.holder, "utf8").trim() || "(unknown)";
  } catch {
    return "(unknown)";
  }
}
