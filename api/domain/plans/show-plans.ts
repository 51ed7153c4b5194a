import type { Tx } from "#db/tenant.ts";
import type { Plan } from "#domain/billing/credit/plan.ts";
import { presentPlan, type PresentPeriod } from "./present-plan.ts";

/** Plans as the API shows them, each with what is left of its present period. */
export async function showPlans(tx: Tx, plans: Plan[]) {
  const { rows } = await tx.client.query<PresentPeriod & { plan_id: string }>(
    `select plan_id, amount, remaining, currency, starts_at, expires_at from credits
     where plan_id = any ($1) and starts_at <= $2 and expires_at > $2`,
    [plans.map((plan) => plan.id), tx.now],
  );
  const current = new Map(rows.map((row) => [row.plan_id, row]));
  return plans.map((plan) => presentPlan(plan, current.get(plan.id)));
}
