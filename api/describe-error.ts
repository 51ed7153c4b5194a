import { pino } from "pino";
import { withoutParameters } from "#domain/database-errors.ts";

/** An error as the log shows it: without the values of a failed statement, which may be secrets. */
export function describeError(error: unknown): object {
  const safe = withoutParameters(error);
  const described = pino.stdSerializers.err(safe instanceof Error ? safe : new Error(String(safe)));
  // PostgreSQL's detail quotes the row: "Failing row contains (…)".
  const { detail: _row, ...shown } = described as typeof described & { detail?: string };
  return shown;
}
