import type { Tx } from "#db/tenant.ts";
import { DomainError } from "#domain/errors.ts";
import type { Rates } from "#domain/billing/currency/convert.ts";
import { grantPeriod, moveOn } from "./grant-period.ts";
import type { Plan } from "./plan.ts";
import { siteRates } from "#domain/billing/currency/site-rates.ts";

// Ticks come once a minute; a period must be there when it begins, or what runs on the plan would be stopped.
const AHEAD_MS = 5 * 60_000;

/** Whether the next period of a plan is to be granted by now. */
export const isDue = ({ next_starts_at: next }: Pick<Plan, "next_starts_at">, now: Date): boolean =>
  next !== null && next.getTime() <= now.getTime() + AHEAD_MS;

/**
 * Grants every period that begins by now or within minutes, once each, within the tick that charges its minutes: after an
 * outage these find the credit as if it had been granted in time (PAY-4, BIL-3). In order of start. Whether any was.
 */
export async function renewPlans(tx: Tx, shard: number): Promise<boolean> {
  const { rows } = await tx.client.query<Plan>(
    `select * from plans where shard = $1 and next_starts_at <= $2 order by next_starts_at, id for update`,
    [shard, new Date(tx.now.getTime() + AHEAD_MS)],
  );
  if (rows.length === 0) return false;
  const rates = await siteRates(tx);
  for (let due = rows; due.length > 0;) {
    const [plan, ...others] = due as [Plan, ...Plan[]];
    const next = await renew(tx, plan, rates);
    due = isDue(next, tx.now) ? [...others, next].toSorted(byStart) : others;
  }
  return true;
}

const byStart = (a: Plan, b: Plan): number =>
  a.next_starts_at!.getTime() - b.next_starts_at!.getTime() || (a.id < b.id ? -1 : 1);

/** A period that is worth nothing, or beyond what a Wallet holds, is passed over: it must not hold the shard's tick up. */
async function renew(tx: Tx, plan: Plan, rates: Rates): Promise<Plan> {
  try {
    return await grantPeriod(tx, plan, rates);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return moveOn(tx, plan);
  }
}
