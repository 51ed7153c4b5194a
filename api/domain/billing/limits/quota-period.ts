export type QuotaPeriod = "day" | "month";

/** The period that a moment lies in, from 00:00 UTC of its first day to that of the next one's (QUO-3). */
export function quotaPeriod(period: QuotaPeriod, at: Date): { startsAt: Date; resetsAt: Date } {
  const [year, month] = [at.getUTCFullYear(), at.getUTCMonth()];
  const day = period === "day" ? at.getUTCDate() : 1;
  return {
    startsAt: new Date(Date.UTC(year, month, day)),
    resetsAt: new Date(
      period === "day" ? Date.UTC(year, month, day + 1) : Date.UTC(year, month + 1, 1),
    ),
  };
}
