import { processIdentity } from "./process-identity.ts";
import type { RunningServer } from "./stop-server.ts";

const LOOK_MS = 1000;

/** Tells once when a server has ended that nobody here stopped. Returns how to leave it alone. */
export function watchServer(server: RunningServer, onEnded: () => void): () => void {
  // A server taken over is no child of ours, so there is no event to wait for.
  const timer = setInterval(() => {
    if (processIdentity(server.pid) === server.identity) return;
    clearInterval(timer);
    onEnded();
  }, LOOK_MS);
  timer.unref();
  return () => clearInterval(timer);
}
