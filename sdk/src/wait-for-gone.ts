import { GoneError, NotFoundError } from "./errors.ts";
import { waitFor, type WaitOptions } from "./wait-for.ts";

/**
 * Waits until reading it answers that it is gone, which the API says only when the cluster has nothing left (RES-5).
 * Throws `WaitError` when the time is up.
 */
export async function waitForGone<T>(
  read: (signal: AbortSignal) => Promise<T>,
  options: Omit<WaitOptions<T>, "until" | "failed"> = {},
): Promise<void> {
  const { onProgress, ...rest } = options;
  await waitFor<T | undefined>((signal) => read(signal).catch(goneIsNothing), {
    ...rest,
    until: (value) => value === undefined,
    failed: () => false,
    onProgress: ({ value, ...progress }) =>
      value !== undefined && onProgress?.({ value, ...progress }),
  });
}

function goneIsNothing(error: unknown): undefined {
  if (error instanceof GoneError || error instanceof NotFoundError) return undefined;
  throw error;
}
