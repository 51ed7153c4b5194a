const BASE_MS = 100;
const CAP_MS = 10_000;

/** Pause after the n-th failed attempt: exponential with full jitter; `random` is in [0, 1). Milliseconds, at least 10. */
export function backoffMs(attempts: number, random: number): number {
  const ceiling = Math.min(CAP_MS, BASE_MS * 2 ** Math.min(attempts, 30));
  return Math.max(10, Math.floor(random * ceiling));
}
