import { setTimeout as sleep } from "node:timers/promises";

/** Does something at once and then again and again, a pause after each end, until the signal; failures do not end it. */
export async function every(
  pauseMs: number,
  signal: AbortSignal,
  work: () => Promise<unknown>,
  onError: (error: unknown) => void,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await work();
    } catch (error) {
      onError(error);
    }
    await sleep(pauseMs, undefined, { signal }).catch(() => {});
  }
}
