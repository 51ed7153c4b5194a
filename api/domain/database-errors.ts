import { DrizzleQueryError } from "drizzle-orm";
import pg from "pg";

const UNIQUE_VIOLATION = "23505";

/** The name of the unique constraint that a failed statement would have broken; null for other failures. */
export function violatedUnique(error: unknown): string | null {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (cause instanceof pg.DatabaseError && cause.code === UNIQUE_VIOLATION)
    return cause.constraint ?? "";
  return null;
}

// SQLSTATE: connection lost (08), shut down or starting (57P), disk full, no memory, no connection free (53), a standby (25006).
const OUTAGE = /^(08|57P0[1-3]$|53[123]00$|25006$)/;
const UNREACHABLE = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND"]);

/** Whether a statement failed because the database does not answer; it may have taken effect, and may be repeated. */
export function isDatabaseOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  if (typeof code === "string" && (OUTAGE.test(code) || UNREACHABLE.has(code))) return true;
  // pg has no code for what it notices itself.
  if (/^Connection terminated|^Client has encountered a connection error/.test(error.message))
    return true;
  if (error instanceof AggregateError) return error.errors.some(isDatabaseOutage);
  return isDatabaseOutage(error.cause);
}

/** The same failure without the values of its statement: the query builder writes them into the message. */
export function withoutParameters(error: unknown): unknown {
  if (!(error instanceof DrizzleQueryError)) return error;
  const { query, cause, stack } = error;
  const shown = new Error(`Failed query: ${query}`, { cause });
  const calls = stack?.split("\n").filter((line) => /^ {4}at /.test(line)) ?? [];
  shown.stack = [`Error: ${shown.message}`, ...calls].join("\n");
  return shown;
}
