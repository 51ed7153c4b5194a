import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { closeSync, fstatSync, openSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Binaries } from "./binaries.ts";
import type { Credentials } from "./credentials.ts";
import type { EmbeddedFolder } from "./folder.ts";
import { freePort } from "./free-port.ts";
import { handOver, SERVER_ENVIRONMENT } from "./hand-over.ts";
import { readPostmasterPid } from "./postmaster-pid.ts";
import { probeServer } from "./probe-server.ts";
import { processIdentity } from "./process-identity.ts";
import { serverFailure } from "./server-failure.ts";
import { logTail } from "./server-log.ts";
import { writeRecord } from "./server-record.ts";
import type { ServerUser } from "./server-user.ts";
import { stopServer } from "./stop-server.ts";
import type { RunningServer } from "./stop-server.ts";

const POLL_MS = 20;
const STILL_STARTING_MS = 10_000;
const PORT_ATTEMPTS = 5;

export type LaunchPlan = {
  folder: EmbeddedFolder;
  binaries: Binaries;
  credentials: Credentials;
  user: ServerUser | undefined;
  settings: Record<string, string>;
  fingerprint: string;
  log: (line: string) => void;
};

/**
 * Starts a server on a free loopback port and waits until it answers, however long its recovery takes.
 * @throws Error with the end of the server's log when it ends instead.
 */
export async function launchServer(plan: LaunchPlan): Promise<RunningServer> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const outcome = await tryPort(plan, port);
    if (typeof outcome !== "string") return outcome;
    // Somebody else took the port between our looking and the server's listening.
    const taken = /Address already in use|could not bind/.test(outcome);
    if (!taken || attempt === PORT_ATTEMPTS) {
      throw serverFailure(`PostgreSQL did not start on ${plan.folder.data}`, outcome);
    }
  }
}

/** Returns the running server, or what it wrote to its log before it ended. */
async function tryPort(plan: LaunchPlan, port: number): Promise<RunningServer | string> {
  const { folder, credentials, log } = plan;
  const { child, logStart } = spawnServer(plan, port);
  let ended = false;
  let refused: string | undefined;
  child.once("error", (error) => (refused = error.message));
  child.once("exit", () => (ended = true));
  const pid = child.pid;
  if (pid !== undefined) writeRecord(folder, pid, plan.fingerprint);
  let nextNotice = Date.now() + STILL_STARTING_MS;
  for (;;) {
    await sleep(POLL_MS);
    if (refused !== undefined) return refused;
    if (ended) return logTail(folder.log, logStart);
    const said = readPostmasterPid(folder);
    if (pid !== undefined && said?.pid === pid && said.ready) break;
    if (Date.now() < nextNotice) continue;
    log("PostgreSQL is still starting; after a crash it first replays its log");
    nextNotice += STILL_STARTING_MS;
  }
  const server = { pid, port, identity: processIdentity(pid) ?? "" };
  if ((await probeServer(folder, credentials, port)) !== "serves") {
    await stopServer(server, log);
    return logTail(folder.log, logStart);
  }
  child.once("exit", () => log(`PostgreSQL (process ${pid}) has ended`));
  child.unref();
  return server;
}

/** The server gets a session of its own: Ctrl-C in a terminal is for us, who drain before we stop it. */
function spawnServer(plan: LaunchPlan, port: number): { child: ChildProcess; logStart: number } {
  const { folder, binaries, user } = plan;
  const handed = handOver([folder.data], user);
  const output = openSync(folder.log, "a", 0o600);
  const settings = Object.entries({ ...plan.settings, port: String(port) });
  const args = [
    `-D`,
    handed.names[0] ?? "",
    ...settings.flatMap(([name, value]) => ["-c", `${name}=${value}`]),
  ];
  try {
    const logStart = fstatSync(output).size;
    const child = spawn(join(binaries.root, "bin", "postgres"), args, {
      ...user,
      cwd: "/",
      env: SERVER_ENVIRONMENT,
      detached: true,
      stdio: ["ignore", output, output, ...handed.descriptors],
    });
    return { child, logStart };
  } finally {
    closeSync(output);
    handed.close();
  }
}
