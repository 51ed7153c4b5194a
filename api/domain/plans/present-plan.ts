import { formatMoney, type Currency } from "#domain/billing/units/money.ts";
import type { Plan } from "#domain/billing/credit/plan.ts";
import { publicId } from "#domain/ids.ts";

/** The credit of a plan's present period; micro-units of the Wallet's currency. */
export interface PresentPeriod {
  amount: bigint;
  remaining: bigint;
  currency: Currency;
  starts_at: Date;
  expires_at: Date;
}

/** A billing plan as the API shows it. */
export function presentPlan(plan: Plan, current: PresentPeriod | undefined) {
  return {
    id: publicId("plan", plan.id),
    organizationId: publicId("organization", plan.organization_id),
    amount: formatMoney(plan.amount, plan.currency),
    period: { unit: plan.period_unit, count: plan.period_count },
    renews: plan.renews,
    startsAt: plan.starts_at.toISOString(),
    cancelledAt: plan.cancelled_at?.toISOString() ?? null,
    renewsAt: plan.next_starts_at?.toISOString() ?? null,
    current: current === undefined ? null : presentPeriod(current),
  };
}

function presentPeriod({ amount, remaining, currency, starts_at, expires_at }: PresentPeriod) {
  return {
    amount: formatMoney(amount, currency),
    remaining: formatMoney(remaining, currency),
    startsAt: starts_at.toISOString(),
    expiresAt: expires_at.toISOString(),
  };
}
