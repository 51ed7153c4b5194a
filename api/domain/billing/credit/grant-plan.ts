import type { Tx } from "#db/tenant.ts";
import { newId } from "#domain/ids.ts";
import { grantPeriod } from "./grant-period.ts";
import type { Currency } from "#domain/billing/units/money.ts";
import type { PlanPeriod } from "./plan-period.ts";
import type { Plan } from "./plan.ts";
import { judgeGrant } from "#domain/billing/tick/judge-balances.ts";
import { isDue } from "./renew-plans.ts";
import { siteRates } from "#domain/billing/currency/site-rates.ts";
import { lockWallet } from "#domain/billing/wallet/wallet.ts";

export interface PlanGrant {
  organizationId: string;
  /** Of each period. */
  amount: bigint;
  currency: Currency;
  period: PlanPeriod;
  renews: boolean;
  /** Now, or later. */
  startsAt: Date;
}

/**
 * Grants an Organization a billing plan (PAY-4). A period that begins now can be spent at once; ticks grant the others in
 * time. Throws `not_found`, `amount_too_small`, `balance_too_large`.
 */
export async function grantPlan(tx: Tx, grant: PlanGrant): Promise<Plan> {
  const { organizationId, amount, currency, period, renews, startsAt } = grant;
  // Before the plan, whose reference to the Wallet shares its lock: two that hold it so could not both have it alone.
  const { shard } = await lockWallet(tx, organizationId);
  const { rows } = await tx.client.query<Plan>(
    `insert into plans (id, organization_id, shard, amount, currency, period_unit, period_count, renews, starts_at,
       next_starts_at, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10) returning *`,
    [
      newId(),
      organizationId,
      shard,
      amount,
      currency,
      period.unit,
      period.count,
      renews,
      startsAt,
      tx.now,
    ],
  );
  const plan = rows[0]!;
  if (!isDue(plan, tx.now)) return plan;
  const granted = await grantPeriod(tx, plan, await siteRates(tx));
  await judgeGrant(tx, { shard, organizationId });
  return granted;
}
