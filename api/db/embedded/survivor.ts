import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Credentials } from "./credentials.ts";
import type { EmbeddedFolder } from "./folder.ts";
import { postmasterPidPath, readPostmasterPid } from "./postmaster-pid.ts";
import { probeServer } from "./probe-server.ts";
import { processIdentity } from "./process-identity.ts";
import { readRecord } from "./server-record.ts";
import type { RunningServer } from "./stop-server.ts";

const POLL_MS = 100;
/** A server we know may be recovering or shutting down; of a process we do not know, we wait less for a sign. */
const KNOWN_MS = 300_000;
const UNKNOWN_MS = 10_000;

/**
 * Finds the server that still runs on this folder, after an earlier process of ours was killed.
 *
 * A `postmaster.pid` whose process is gone, or is another by now (reboot, restarted container), is removed.
 * @returns undefined when no server runs here, also after waiting for one to finish its shutdown.
 * @throws Error when the folder is a copy whose original still runs, or a process does not answer.
 */
export async function findSurvivor(
  folder: EmbeddedFolder,
  credentials: Credentials,
): Promise<RunningServer | undefined> {
  const record = readRecord(folder);
  const first = readPostmasterPid(folder);
  if (!first) return undefined;
  const known = record?.pid === first.pid;
  const identity = processIdentity(first.pid);
  const deadline = Date.now() + (known ? KNOWN_MS : UNKNOWN_MS);
  while (identity !== undefined && processIdentity(first.pid) === identity) {
    if (known && record.identity !== identity) break;
    const probe = await probeServer(folder, credentials, first.port);
    if (probe === "serves") return { pid: first.pid, port: first.port, identity };
    if (probe === "other") throw new Error(copied(folder, first.pid));
    if (Date.now() > deadline) throw new Error(silent(folder, first.pid));
    await sleep(POLL_MS);
  }
  // Orphans of a dead server are no danger: a new one finds their shared memory by the folder's inode and refuses.
  rmSync(postmasterPidPath(folder), { force: true });
  return undefined;
}

function copied(folder: EmbeddedFolder, pid: number): string {
  return (
    `${folder.data} looks like a copy of a database whose server (process ${pid}) is still running. Stop it and copy ` +
    `again, or, if this is an atomic snapshot of it, delete ${postmasterPidPath(folder)}.`
  );
}

function silent(folder: EmbeddedFolder, pid: number): string {
  return (
    `Process ${pid} seems to be the PostgreSQL server of ${folder.data}, but does not answer. Stop it; ` +
    `or, if it is something else, delete ${postmasterPidPath(folder)}. The server's log is ${folder.log}.`
  );
}
