import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import type { Binaries } from "./binaries.ts";
import type { EmbeddedFolder } from "./folder.ts";
import { processIdentity } from "./process-identity.ts";

/** The server last started on a folder: which process it is, and what it was started with. */
export type ServerRecord = { pid: number; identity: string; fingerprint: string };

/** Changes when a release brings another PostgreSQL or other settings: a survivor of those is not kept. */
export function fingerprint(binaries: Binaries, settings: Record<string, string>): string {
  return createHash("sha256")
    .update(JSON.stringify([binaries, settings]))
    .digest("hex")
    .slice(0, 16);
}

/** Notes a server just started. Nothing is noted of one that has already ended. */
export function writeRecord(folder: EmbeddedFolder, pid: number, print: string): void {
  const identity = processIdentity(pid);
  if (!identity) return;
  const record: ServerRecord = { pid, identity, fingerprint: print };
  writeFileSync(folder.record, `${JSON.stringify(record)}\n`, { mode: 0o600 });
}

/** Returns undefined for a record that is missing or was cut short by a crash. */
export function readRecord(folder: EmbeddedFolder): ServerRecord | undefined {
  try {
    return JSON.parse(readFileSync(folder.record, "utf8")) as ServerRecord;
  } catch {
    return undefined;
  }
}
