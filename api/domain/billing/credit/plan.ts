import type { Currency } from "#domain/billing/units/money.ts";
import type { PeriodUnit } from "./plan-period.ts";

/** A row of `plans`; the amount of one period, in micro-units of the plan's currency. */
export interface Plan {
  id: string;
  organization_id: string;
  shard: number;
  amount: bigint;
  currency: Currency;
  period_unit: PeriodUnit;
  period_count: number;
  renews: boolean;
  starts_at: Date;
  /** The period to be granted next, counted from 0, and its start; null once none is to come. */
  next_period: number;
  next_starts_at: Date | null;
  created_at: Date;
  cancelled_at: Date | null;
}
