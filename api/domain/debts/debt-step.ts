const HOUR_MS = 3_600_000;

/** How many warnings come before a deletion, unless it is late (BIL-6). */
const WARNINGS = 3;

/** A deletion that comes later than this was held up, and with it, most likely, the way to pay. */
const LATE_MS = 10 * 60_000;

/** The timer of a debt: a Service below zero without a break. */
export interface Debt {
  negativeSince: Date;
  /** Warnings recorded so far, and when the latest was. */
  warnings: number;
  lastWarnedAt: Date | null;
}

export type DebtStep = { do: "warn" | "delete" } | { wait: Date };

/**
 * What is to be done about a debt now (BIL-6): warn when it starts, after half of the hours, and an hour before their end;
 * then delete, but never within an hour of the last warning; after an outage the last warning is repeated first, for
 * whoever was warned before could not pay meanwhile.
 */
export function debtStep(debt: Debt, hours: number, now: Date): DebtStep {
  const isWarned = debt.warnings >= WARNINGS;
  const due = isWarned ? deletionDue(debt, hours, debt.lastWarnedAt!) : warningDue(debt, hours);
  if (due > now) return { wait: due };
  const isLate = now.getTime() - due.getTime() > LATE_MS;
  return { do: isWarned && !isLate ? "delete" : "warn" };
}

function warningDue({ negativeSince, warnings }: Debt, hours: number): Date {
  const after = [0, (hours / 2) * HOUR_MS, (hours - 1) * HOUR_MS][warnings]!;
  return new Date(negativeSince.getTime() + after);
}

/** When deletion comes at the earliest, if the last warning is recorded at `warnedAt`. */
export function deletionDue({ negativeSince }: Debt, hours: number, warnedAt: Date): Date {
  return new Date(
    Math.max(negativeSince.getTime() + hours * HOUR_MS, warnedAt.getTime() + HOUR_MS),
  );
}
