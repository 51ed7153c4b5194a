import { setTimeout as sleep } from "node:timers/promises";
import { processIdentity } from "./process-identity.ts";

export type RunningServer = { pid: number; port: number; identity: string };

const POLL_MS = 20;
const FAST_MS = 60_000;

/**
 * Shuts a server down fast: open transactions are rolled back, everything committed is on disk. Waits for its end.
 * A server that takes more than a minute is stopped at once; it then recovers from its log at the next start.
 */
export async function stopServer(
  server: RunningServer,
  log: (line: string) => void,
): Promise<void> {
  signal(server, "SIGINT");
  if (await ended(server, FAST_MS)) return;
  log(
    `PostgreSQL (process ${server.pid}) has not shut down for a minute; it is stopped now, and recovers at the next start`,
  );
  signal(server, "SIGQUIT");
  if (await ended(server, FAST_MS)) return;
  throw new Error(`PostgreSQL (process ${server.pid}) does not stop.`);
}

function signal(server: RunningServer, name: "SIGINT" | "SIGQUIT"): void {
  // Looked at once more, because the process id may be somebody else's by now.
  if (processIdentity(server.pid) !== server.identity) return;
  try {
    process.kill(server.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function ended(server: RunningServer, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (processIdentity(server.pid) === server.identity) {
    if (Date.now() > deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}
