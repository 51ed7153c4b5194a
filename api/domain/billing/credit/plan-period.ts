export type PeriodUnit = "day" | "month" | "year";

/** How long one period of a plan is. */
export interface PlanPeriod {
  unit: PeriodUnit;
  count: number;
}

const DAY_MS = 86_400_000;

/**
 * The start of a plan's n-th period, counted from 0, UTC (PAY-4). Months and years are counted from the first period: what
 * begins on the 31st begins on the last day of shorter months, and on the 31st again after them.
 */
export function periodStart(startsAt: Date, { unit, count }: PlanPeriod, n: number): Date {
  if (unit === "day") return new Date(startsAt.getTime() + n * count * DAY_MS);
  const months = n * count * (unit === "year" ? 12 : 1);
  const [year, month] = [startsAt.getUTCFullYear(), startsAt.getUTCMonth() + months];
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const start = new Date(startsAt);
  start.setUTCFullYear(year, month, Math.min(startsAt.getUTCDate(), lastDay));
  return start;
}
