import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { EmbeddedFolder } from "./folder.ts";

/** What a server says of itself in its cluster's `postmaster.pid`. */
export type Postmaster = { pid: number; port: number; ready: boolean };

export function postmasterPidPath(folder: EmbeddedFolder): string {
  return join(folder.data, "postmaster.pid");
}

/** Returns undefined when there is no such file, or when it is not completely written yet. */
export function readPostmasterPid(folder: EmbeddedFolder): Postmaster | undefined {
  try {
    const lines = readFileSync(postmasterPidPath(folder), "utf8").split("\n");
    const [pid, port] = [Number(lines[0]), Number(lines[3])];
    return pid > 0 && port > 0 ? { pid, port, ready: lines[7]?.trim() === "ready" } : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
