import { readFileSync, statSync } from "node:fs";
import { platform } from "node:os";
import type { EmbeddedFolder } from "./folder.ts";

/** The unprivileged user who runs PostgreSQL in our place. */
export type ServerUser = { uid: number; gid: number };

/**
 * PostgreSQL refuses to run as root: then the owner of the existing cluster, else `nobody`, runs it.
 * @returns undefined when the current user runs it, which is every user but root.
 * @throws Error when the folder is somebody else's, or on root outside Linux.
 */
export function serverUser(folder: EmbeddedFolder): ServerUser | undefined {
  const self = process.getuid?.();
  // Root too is refused on a user's folder: files it left there would lock that user out.
  const owner = statSync(folder.root).uid;
  if (owner !== self) {
    throw new Error(
      `The database in ${folder.root} belongs to the user with id ${owner}. Start as that user, or use another data folder.`,
    );
  }
  if (self !== 0) return undefined;
  if (platform() !== "linux") {
    throw new Error(
      "As root, the embedded PostgreSQL runs on Linux only. Start as an ordinary user.",
    );
  }
  const cluster = statSync(folder.data, { throwIfNoEntry: false });
  if (cluster && cluster.uid !== 0) return { uid: cluster.uid, gid: cluster.gid };
  return nobody();
}

/** A user with an entry in /etc/passwd, because initdb looks its own name up. */
function nobody(): ServerUser {
  for (const line of readFileSync("/etc/passwd", "utf8").split("\n")) {
    const [name, , uid, gid] = line.split(":");
    if (name === "nobody" && Number(uid) > 0 && gid) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error(
    'PostgreSQL does not run as root, and there is no user "nobody". Start as an ordinary user.',
  );
}
