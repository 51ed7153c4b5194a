import { setTimeout as sleep } from "node:timers/promises";
import { Watch, type KubernetesObject } from "@kubernetes/client-node";
import type { Connection } from "./connect.ts";

const RETRY_MS = 200;

/**
 * Hands every object of a kind to the handler, as it is and whenever it changes, until the signal aborts. When the
 * handler fails or the watch ends, everything is handed over again.
 */
export async function follow<T extends KubernetesObject>(
  { config }: Connection,
  path: string,
  signal: AbortSignal,
  handle: (object: T) => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    await watchOnce(new Watch(config), path, signal, handle);
    await sleep(RETRY_MS, undefined, { signal }).catch(() => {});
  }
}

async function watchOnce<T extends KubernetesObject>(
  watch: Watch,
  path: string,
  signal: AbortSignal,
  handle: (object: T) => Promise<void>,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const changed = (phase: string, object: T) => {
    if (phase === "ADDED" || phase === "MODIFIED") handle(object).catch(() => resolve());
  };
  const request = await watch.watch(path, {}, changed, () => resolve());
  const abort = () => resolve();
  signal.addEventListener("abort", abort);
  await promise;
  signal.removeEventListener("abort", abort);
  request.abort();
}
