import { grantPlan } from "#domain/billing/credit/grant-plan.ts";
import { parseMoney, type Money } from "#domain/billing/units/money.ts";
import type { PlanPeriod } from "#domain/billing/credit/plan-period.ts";
import type { OperatorChangeContext } from "#domain/context.ts";
import { InputError } from "#domain/errors.ts";
import { keyOf } from "#domain/ids.ts";
import { showPlans } from "./show-plans.ts";

interface Input {
  amount: Money;
  period: PlanPeriod;
  renews: boolean;
  startsAt?: string | undefined;
}

// Ten years.
const LATEST_START_MS = 3653 * 86_400_000;

/** Grants an Organization a billing plan, for the operator (PAY-4). Throws `not_found`, `amount_too_small`. */
export async function grantBillingPlan(
  { tx }: OperatorChangeContext,
  params: { organizationId: string },
  { startsAt: start, ...input }: Input,
) {
  const amount = parseMoney(input.amount);
  if (amount === 0n) refuse("/amount/amount", "must be more than nothing");
  const startsAt = start === undefined ? tx.now : new Date(start);
  if (startsAt < tx.now) refuse("/startsAt", "must not be in the past of site time");
  if (startsAt.getTime() > tx.now.getTime() + LATEST_START_MS)
    refuse("/startsAt", "must be within ten years");
  const { period, renews } = input;
  const { currency } = input.amount;
  const organizationId = keyOf(params.organizationId);
  const plan = await grantPlan(tx, { organizationId, amount, currency, period, renews, startsAt });
  return (await showPlans(tx, [plan]))[0]!;
}

function refuse(pointer: string, message: string): never {
  throw new InputError([{ pointer, code: "out_of_range", message }]);
}
