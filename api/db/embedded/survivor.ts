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
  const found = readPostmasterPid(folder);
  if (!found) return undefined;
  const record = readRecord(folder);
  const known = record?.pid === found.pid;
  const identity = processIdentity(found.pid);
  if (identity !== undefined && (!known || record.identity === identity)) {
    const server = { pid: found.pid, port: found.port, identity };
    const deadline = Date.now() + (known ? KNOWN_MS : UNKNOWN_MS);
    if (await answers(folder, credentials, server, deadline)) return server;
  }
  // Orphans of a dead server are no danger: a new one finds their shared memory by the folder's inode and refuses.
  rmSync(postmasterPidPath(folder), { force: true });
  return undefined;
}

/** Waits until the server answers, true, or its process has ended, false. */
async function answers(
  folder: EmbeddedFolder,
  credentials: Credentials,
  server: RunningServer,
  deadline: number,
): Promise<boolean> {
  while (processIdentity(server.pid) === server.identity) {
    const probe = await probeServer(folder, credentials, server.port);
    if (probe === "serves") return true;
    if (probe === "other") throw new Error(copied(folder, server.pid));
    if (Date.now() > deadline) throw new Error(silent(folder, server.pid));
    await sleep(POLL_MS);
  }
  return false;
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
