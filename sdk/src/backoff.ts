const FIRST_MS = 500;
const LONGEST_MS = 8_000;

/**
 * How long to pause before the next attempt, in milliseconds: exponential with full jitter, so that many clients that
 * failed together do not come back together. Never less than the server asked for.
 */
export function backoffMs(
  attempt: number,
  retryAfterMs: number | null,
  random: () => number = Math.random,
): number {
  const jitter = random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt);
  return retryAfterMs === null ? jitter : retryAfterMs + random() * FIRST_MS;
}

/** `Retry-After` in milliseconds, from seconds or from a date, which is taken by the server's own clock; null where there is none. */
export function retryAfterMs(headers: Headers): number | null {
  const value = headers.get("retry-after")?.trim();
  if (!value) return null;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  // Date.parse alone takes much for a date that is none, such as "-5".
  const until = value.endsWith(" GMT") ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(until)) return null;
  const now = Date.parse(headers.get("date") ?? "");
  return Math.max(0, until - (Number.isNaN(now) ? Date.now() : now));
}
