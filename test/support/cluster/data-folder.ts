import { mkdtempSync, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isRunning } from "../server.ts";

const PREFIX = "aifactory-cluster-";

/** A folder for the data and logs of one cluster, named after this process. */
export function newDataFolder(): string {
  // What another user left is theirs to remove.
  removeLeftovers().catch(() => {});
  return mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
}

export const removeDataFolder = (folder: string): Promise<void> =>
  rm(folder, { recursive: true, force: true });

/** A run that was killed leaves its folder behind, though no process. */
async function removeLeftovers(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(PREFIX) ? Number.parseInt(name.slice(PREFIX.length), 10) : NaN;
    if (!Number.isNaN(pid) && !isRunning(pid)) await removeDataFolder(join(tmpdir(), name));
  }
}
