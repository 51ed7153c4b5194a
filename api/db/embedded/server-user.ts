import { readFileSync, statSync } from "node:fs";
import { platform } from "node:os";
import type { EmbeddedFolder } from "./folder.ts";

/** The unprivileged user who runs PostgreSQL in our place. */
export type ServerUser = { uid: number; gid: number };

/**
 * PostgreSQL refuses to run as root: then the owner of the existing cluster, else `nobody`, runs it.
 * @returns undefined when the current user runs it, which is every user but root.
 * @throws Error when the cluster belongs to somebody else, or on root outside Linux.
 */
export function serverUser(folder: EmbeddedFolder): ServerUser | undefined {
  const self = process.getuid?.();
  const owner = statSync(folder.data, { throwIfNoEntry: false });
  if (self !== 0) {
    if (owner && owner.uid !== self) {
      throw new Error(
        `${folder.data} belongs to the user with id ${owner.uid}. Start as that user, or use another data folder.`,
      );
    }
    return undefined;
  }
  if (platform() !== "linux") {
    throw new Error(
      "As root, the embedded PostgreSQL runs on Linux only. Start as an ordinary user.",
    );
  }
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
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
