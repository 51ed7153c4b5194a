import type { PolicyResource } from "@pulumi/policy";
import type { Finding, Workspaces } from "@aifactory/policy-kit";
import { sumOf } from "./costs.ts";
import type { Facts } from "./facts.ts";
import type { Place } from "./places.ts";
import { limitsOf, readQuotas } from "./quotas.ts";
import { assumed, daily, money, monthly } from "./words.ts";

/** Workspaces that would spend more than their Quota in a whole period (QUO-1). */
export function quotaFindings(
  places: readonly Place[],
  resources: readonly PolicyResource[],
  facts: Facts,
  workspaces: Workspaces,
): Finding[] {
  const own = readQuotas(resources);
  return places.flatMap((place): Finding[] => {
    const { limits, unknown } = limitsOf(place, own, facts, workspaces);
    const { urn, name, costs, unsure } = place;
    if (limits.length === 0 && unknown.length === 0) return [];
    const { perHour, assumptions } = sumOf(costs, facts, "USD");
    const untold = perHour === 0n ? [] : unknown;
    const possible = untold.map((quota): Finding => {
      const message =
        `OVER THE QUOTA – workspace ${name}: the limit of Quota ${quota} is not known yet, so it may be less than the estimated ${money(daily(perHour), "USD")} a day. ` +
        `Write the limit down, or take it from the stack's configuration.${assumed(assumptions, unsure)}`;
      return { message, urn };
    });
    const exceeded = limits.flatMap(({ period, limit }) => {
      const [estimate, hours] = period === "day" ? [daily(perHour), 24] : [monthly(perHour), 730];
      if (estimate <= limit) return [];
      const message =
        `OVER THE QUOTA – workspace ${name}: an estimated ${money(estimate, "USD")} a ${period} (${hours} hours at ${money(perHour, "USD")}), and its Quota is ${money(limit, "USD")} a ${period}. ` +
        `When that is spent, creating is refused until the ${period} ends. Choose smaller flavors, stop what need not run, or raise the Quota.${assumed(assumptions, unsure)}`;
      return [{ message, urn }];
    });
    return [...possible, ...exceeded];
  });
}
