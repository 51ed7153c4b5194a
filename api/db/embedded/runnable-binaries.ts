import { spawnSync } from "node:child_process";
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Binaries } from "./binaries.ts";
import { copyTree } from "./copy-tree.ts";
import { SERVER_ENVIRONMENT } from "./hand-over.ts";
import { sameTree } from "./same-tree.ts";
import type { ServerUser } from "./server-user.ts";

/** Folders that every user may walk through. /var/tmp comes last: some systems clear it of old files. */
const CACHES = ["/var/cache", "/usr/local/lib", "/var/tmp"];

/**
 * Binaries that the server's user can execute: the installed ones, or else a copy.
 *
 * PostgreSQL finds its libraries and time zones by its own real path, so unlike the data it cannot be reached
 * through an open descriptor. The copy (60 MB) is made once a version and shared by all data folders.
 * @throws Error when no folder for the copy works.
 */
export function runnableBinaries(
  installed: Binaries,
  user: ServerUser | undefined,
  log: (line: string) => void,
  caches: string[] = CACHES,
): Binaries {
  if (!user || runs(installed.root, user)) return installed;
  const reasons: string[] = [];
  for (const cache of caches) {
    try {
      const root = copyInto(join(cache, "aifactory"), installed, log);
      if (runs(root, user)) return { root, version: installed.version };
      reasons.push(`${root}: cannot be executed there`);
    } catch (error) {
      reasons.push((error as Error).message);
    }
  }
  throw new Error(
    `PostgreSQL does not run as root, and another user cannot execute it (${reasons.join("; ")}). ` +
      "Start as an ordinary user, or set DATABASE_URL.",
  );
}

/** Asked of the program itself: modes, access lists and noexec mounts all have their say. */
function runs(root: string, user: ServerUser): boolean {
  const options = { ...user, cwd: "/", env: SERVER_ENVIRONMENT };
  return spawnSync(join(root, "bin", "postgres"), ["--version"], options).status === 0;
}

function copyInto(cache: string, installed: Binaries, log: (line: string) => void): string {
  ownFolder(cache);
  const target = join(cache, `postgres-${installed.version}`);
  if (sameTree(installed.root, target)) return target;
  log(
    `Copying PostgreSQL ${installed.version} to ${target}, where another user than root can run it`,
  );
  const fresh = mkdtempSync(`${target}.`);
  copyTree(installed.root, fresh);
  try {
    renameSync(fresh, target);
  } catch (error) {
    // Somebody else's copy arrived first, or a damaged one stands there: then it makes room.
    if (!sameTree(installed.root, target)) {
      const damaged = mkdtempSync(`${target}.damaged.`);
      renameSync(target, join(damaged, "tree"));
      renameSync(fresh, target);
      rmSync(damaged, { recursive: true, force: true });
    }
    rmSync(fresh, { recursive: true, force: true });
    if (!sameTree(installed.root, target)) throw error;
  }
  return target;
}

/** Refuses a folder that somebody else could have prepared with programs of their own. */
function ownFolder(path: string): void {
  if (mkdirSync(path, { recursive: true }) !== undefined) chmodSync(path, 0o755);
  const found = lstatSync(path);
  if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o022) !== 0) {
    throw new Error(`${path} is not a folder that only root can write`);
  }
}
