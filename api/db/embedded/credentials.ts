import { randomBytes } from "node:crypto";
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import type { EmbeddedFolder } from "./folder.ts";

/** Passwords of the three roles. The superuser's is for this launcher only. */
export type Credentials = { superuser: string; owner: string; application: string };

/**
 * Reads the passwords of a data folder, or makes them when its cluster does not exist yet.
 * @throws Error when a cluster is there and its passwords are not.
 */
export function readOrCreateCredentials(folder: EmbeddedFolder): Credentials {
  const found = readCredentials(folder.credentials);
  if (found) return found;
  if (existsSync(folder.data)) {
    throw new Error(
      `${folder.credentials} is missing or damaged, and the database beside it cannot be opened without its ` +
        `passwords. Restore that file, or remove ${folder.root} to start with an empty database.`,
    );
  }
  const made = { superuser: newPassword(), owner: newPassword(), application: newPassword() };
  const file = openSync(folder.credentials, "w", 0o600);
  writeSync(file, `${JSON.stringify(made, null, 2)}\n`);
  fsyncSync(file);
  closeSync(file);
  return made;
}

/** Safe in a URL and in SQL without quoting. */
function newPassword(): string {
  return randomBytes(24).toString("base64url");
}

function readCredentials(path: string): Credentials | undefined {
  try {
    const { superuser, owner, application } = JSON.parse(
      readFileSync(path, "utf8"),
    ) as Partial<Credentials>;
    if (!superuser || !owner || !application) return undefined;
    return { superuser, owner, application };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new Error(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
