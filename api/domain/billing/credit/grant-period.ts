import type { Tx } from "#db/tenant.ts";
import type { Rates } from "#domain/billing/currency/convert.ts";
import { grantCredit } from "./grant-credit.ts";
import { periodStart } from "./plan-period.ts";
import type { Plan } from "./plan.ts";

/**
 * Grants the next period of a plan: credit that pays from its start to its end, whenever it is granted. Returns the plan as
 * it is then. Throws like `grantCredit`.
 */
export async function grantPeriod(tx: Tx, plan: Plan, rates: Rates): Promise<Plan> {
  const { id, organization_id: organizationId, amount, currency, next_period: period } = plan;
  await grantCredit(tx, {
    organizationId,
    kind: "plan",
    amount,
    currency,
    startsAt: plan.next_starts_at!,
    expiresAt: startOf(plan, period + 1),
    plan: { id, period },
    rates,
  });
  return moveOn(tx, plan);
}

/** Leaves the plan's next period behind, granted or not. */
export async function moveOn(tx: Tx, plan: Plan): Promise<Plan> {
  const next = plan.next_period + 1;
  const { rows } = await tx.client.query<Plan>(
    "update plans set next_period = $2, next_starts_at = $3 where id = $1 returning *",
    [plan.id, next, plan.renews ? startOf(plan, next) : null],
  );
  return rows[0]!;
}

function startOf({ starts_at, period_unit: unit, period_count: count }: Plan, n: number): Date {
  return periodStart(starts_at, { unit, count }, n);
}
