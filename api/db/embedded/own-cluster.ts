import { chmodSync, lchownSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { ServerUser } from "./server-user.ts";

/**
 * Gives an existing cluster the mode PostgreSQL insists on and, to root's copy of one, the owner it needs:
 * a folder restored from a backup often has neither.
 */
export function ownCluster(data: string, user: ServerUser | undefined): void {
  chmodSync(data, 0o700);
  if (user && statSync(data).uid !== user.uid) chownTree(data, user);
}

function chownTree(path: string, user: ServerUser): void {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) chownTree(inner, user);
    else lchownSync(inner, user.uid, user.gid);
  }
  // The folder itself comes last: if this is cut short, the next start does it again.
  lchownSync(path, user.uid, user.gid);
}
