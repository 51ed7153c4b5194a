const HOUR_MS = 3_600_000;

/** How many warnings come before a deletion (BIL-6). */
export const WARNINGS = 3;

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
 * then delete, but never within an hour of the last warning.
 */
export function debtStep(debt: Debt, hours: number, now: Date): DebtStep {
  const due =
    debt.warnings < WARNINGS
      ? warningDue(debt, hours)
      : deletionDue(debt, hours, debt.lastWarnedAt!);
  if (due > now) return { wait: due };
  return { do: debt.warnings < WARNINGS ? "warn" : "delete" };
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
