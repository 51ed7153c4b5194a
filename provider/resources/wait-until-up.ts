import { waitFor } from "@aifactory/sdk";
import type { ComputeApi, Live, Wait } from "./compute.ts";
import type { Context } from "./resource.ts";

/** Reasons of a status under which it has no place yet. */
const WITHOUT_PLACE: ReadonlySet<string> = new Set([
  "scheduling",
  "waitingForCapacity",
  "volumePending",
  "volumeInUse",
  "predecessorStopping",
  "nodeLost",
  "refused",
]);

/** What is waited for, as a question to ask of each look. */
function isReached({ until = "ready" }: Wait, wanted: boolean) {
  return ({ status, statusReason, running }: Live): boolean => {
    if (!wanted) return status === "STOPPED" || status === "FAILED";
    if (status === "RUNNING") return true;
    return until === "scheduled" && running && !WITHOUT_PLACE.has(statusReason.code);
  };
}

/**
 * Waits until it runs, or has stopped if it is asked to (IAC-4), and tells each change on the way.
 * @throws {WaitError} with the cause and the next step.
 */
export async function waitUntilUp<L extends Live>(
  { say }: Context,
  api: ComputeApi<L>,
  live: L,
  { what, wait = {} }: { readonly what: string; readonly wait: Wait | undefined },
): Promise<L> {
  const wanted = live.running;
  if (wait.until === "none") return live;
  return waitFor((signal) => api.get(live.id, signal), {
    what,
    until: isReached(wait, wanted),
    failed: ({ status, running }) =>
      status === "FAILED" || status === "DELETING" || running !== wanted,
    ...(wait.timeoutSeconds === undefined ? {} : { timeoutSeconds: wait.timeoutSeconds }),
    onProgress: ({ value: { name, status, statusReason }, elapsedSeconds }) =>
      say(
        `${what} ${name} is ${status} after ${Math.round(elapsedSeconds)} s: ${statusReason.message}`,
      ),
  });
}
