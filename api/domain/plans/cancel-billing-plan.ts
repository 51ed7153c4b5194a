import { cancelPlan } from "#domain/billing/credit/cancel-plan.ts";
import type { OperatorChangeContext } from "#domain/context.ts";
import { keyOf } from "#domain/ids.ts";
import { showPlans } from "./show-plans.ts";

/** Renews a plan no more, for the operator (PAY-4). Idempotent. Throws `not_found`. */
export async function cancelBillingPlan(
  { tx }: OperatorChangeContext,
  { planId }: { planId: string },
) {
  return (await showPlans(tx, [await cancelPlan(tx, keyOf(planId))]))[0]!;
}
