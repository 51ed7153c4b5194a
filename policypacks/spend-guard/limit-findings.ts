import { relateNamed, type Finding, type Workspaces } from "@aifactory/policy-kit";
import { parseAmount, type Currency } from "@aifactory/sdk";
import type { Configuration, Limits } from "./configuration.ts";
import { sumOf, type Cost } from "./costs.ts";
import type { Facts } from "./facts.ts";
import type { Place } from "./places.ts";
import { assumed, money, monthly, rate } from "./words.ts";

/** Estimates against configured limits, of the program and of each Workspace; and the estimates themselves, for information. */
export function limitFindings(
  places: readonly Place[],
  costs: readonly Cost[],
  { facts, workspaces }: { readonly facts: Facts; readonly workspaces: Workspaces },
  configuration: Configuration,
  stackUrn: string | undefined,
): Finding[] {
  const { currency = "USD", workspaceLimits = [] } = configuration;
  const whole = { name: "the program", urn: stackUrn, costs, unsure: 0 };
  return [
    ...places.flatMap((place) => {
      // A Workspace that is not known yet may be any of those that have limits.
      const mine = workspaceLimits.filter(
        ({ workspace }) => relateNamed(workspaces, place.reference, workspace) !== "different",
      );
      return judge({ ...place, name: `workspace ${place.name}` }, facts, currency, mine);
    }),
    ...judge(whole, facts, currency, [configuration]),
  ];
}

function judge(
  what: Pick<Place, "name" | "urn" | "costs" | "unsure">,
  facts: Facts,
  currency: Currency,
  limits: readonly Limits[],
): Finding[] {
  const { perHour, assumptions } = sumOf(what.costs, facts, currency);
  const rests = assumed(assumptions, what.unsure);
  const { name, urn } = what;
  const count = what.costs.length === 1 ? "1 resource" : `${what.costs.length} resources`;
  const exceeded = limits.flatMap(({ maxHourly, maxMonthly }) => [
    ...over(perHour, maxHourly, "an hour", "maxHourly"),
    ...over(monthly(perHour), maxMonthly, "a month", "maxMonthly"),
  ]);
  function over(estimate: bigint, limit: string | undefined, period: string, field: string) {
    if (limit === undefined || estimate <= parseAmount(limit)) return [];
    const message =
      `OVER THE LIMIT – ${name}: an estimated ${money(estimate, currency)} ${period}, and ${field} is ${limit} ${currency}. ` +
      `Choose smaller flavors, stop what need not run, or have the limit raised.${rests}`;
    return [{ message, urn }];
  }
  const report = `ESTIMATE – ${name}: ${rate(perHour, currency)} for ${count}.${rests}`;
  return [{ message: report, urn, advisory: true }, ...exceeded];
}
