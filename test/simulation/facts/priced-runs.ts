import type { Currency } from "../../../api/domain/billing/units/money.ts";
import type { ExpectedRun } from "../../e2e/crash/expected-runs.ts";
import { queryAsOwner } from "../../e2e/crash/witness.ts";
import type { Fixing } from "./expect-fixing.ts";
import type { Price } from "./prices.ts";

const MINUTE = 60_000;

/** What was recorded of usage when an Organization's currency was fixed: volumes, and intervals of resources. */
export async function knownAtFixing(
  adminUrl: string,
): Promise<(run: Pick<ExpectedRun, "kind" | "subject" | "startedAt">) => boolean> {
  const rows = await queryAsOwner<{ subject_id: string; kind: string; since: number }>(
    adminUrl,
    "select subject_id, kind, (extract(epoch from since) * 1000)::float8 as since from witness.known_at_fixing",
  );
  const key = (subject: string, kind: string, since: number) =>
    kind === "storage" ? subject : `${subject} ${since}`;
  const known = new Set(rows.map((row) => key(row.subject_id, row.kind, row.since)));
  return ({ subject, kind, startedAt }) => known.has(key(subject, kind, startedAt));
}

/**
 * A run ends at the minute of a new price (CAT-2), and at the one from which on its Organization pays in the fixed
 * currency (WAL-4), and another one goes on. What was reported after the fixing costs what it does in the new currency.
 */
export function pricedRuns(
  run: ExpectedRun,
  prices: Price[],
  { fixing, known }: { fixing: Fixing | null; known: boolean },
): ExpectedRun[] {
  const ofProduct = prices.filter(({ product }) => product === run.product);
  const fixedAt = fixing && known ? fixing.minute * MINUTE : 0;
  const moments = [...ofProduct.map(({ from }) => from), fixedAt]
    .filter((at) => at > run.startedAt && at < run.endedAt)
    .sort((a, b) => a - b);
  const parts: ExpectedRun[] = [];
  for (const startedAt of [run.startedAt, ...moments]) {
    const currency: Currency = !fixing || startedAt < fixedAt ? "USD" : fixing.to;
    const { amounts } = ofProduct.findLast(({ from }) => from <= startedAt)!;
    const quantity = BigInt(run.quantity);
    const price = {
      currency,
      pricePerHour: amounts[currency] * quantity,
      priceUsdPerHour: amounts.USD * quantity,
    };
    const last = parts.at(-1);
    if (last && isPriced(last, price)) continue;
    const firstMinute = Math.max(run.firstMinute, Math.floor(startedAt / MINUTE));
    if (last) Object.assign(last, { endedAt: startedAt, endMinute: firstMinute });
    parts.push({ ...run, ...price, startedAt, firstMinute });
  }
  return parts;
}

const isPriced = (
  run: ExpectedRun,
  price: Pick<ExpectedRun, "currency" | "pricePerHour" | "priceUsdPerHour">,
) =>
  run.currency === price.currency &&
  run.pricePerHour === price.pricePerHour &&
  run.priceUsdPerHour === price.priceUsdPerHour;
