import type { Tx } from "#db/tenant.ts";
import type { LateShare, LateWindow } from "./consume-late.ts";
import { convert } from "#domain/billing/currency/convert.ts";
import { CREDIT_ORDER } from "#domain/billing/credit/credit-order.ts";
import { nextDay } from "#domain/billing/units/minute.ts";
import { runCost } from "#domain/billing/runs/run-cost.ts";
import type { UsageRun } from "#domain/billing/runs/usage-run.ts";
import { pay, type Source } from "./walk.ts";

/**
 * Who pays the minutes that a late start added: minute by minute the first credit that may pay that minute (BIL-2) and
 * has something left, lapsed since or not; else top-up. Minutes in a row with one source are one share. What a run in a
 * former currency costs up to a minute is converted as a whole, so that single minutes add up (WAL-4).
 */
export async function chargeLate(tx: Tx, window: LateWindow): Promise<LateShare[]> {
  const { from, to, run, currency } = window;
  const costOf = costBetween(window);
  const sources = await fittingSources(tx, run, from, to);
  const shares: LateShare[] = [];
  for (let at = from; at < to;) {
    const steady = steadyUntil(sources, at, to);
    const source =
      sources.find((s) => s.remaining > 0n && s.fromMinute <= at && s.untilMinute > at) ?? null;
    const until = source ? affordableUntil(costOf, source, at, steady) : steady;
    if (until > at) {
      const amount = costOf(at, until);
      if (source) source.remaining -= amount;
      shares.push({
        runId: run.id,
        fromMinute: at,
        toMinute: until,
        creditId: source?.id ?? null,
        currency,
        source,
        amount,
      });
      at = until;
    } else {
      // The source runs out within this minute.
      const eligible = sources.filter((s) => s.fromMinute <= at && s.untilMinute > at);
      for (const share of pay(eligible, run.service, costOf(at, at + 1))) {
        shares.push({
          runId: run.id,
          fromMinute: at,
          toMinute: at + 1,
          creditId: share.source?.id ?? null,
          currency,
          ...share,
        });
      }
      at += 1;
    }
  }
  return shares.filter((share) => share.amount !== 0n);
}

/** What minutes [from, to) of the run cost in the Wallet's currency. */
type CostOf = (from: number, to: number) => bigint;

function costBetween({ run, rate }: LateWindow): CostOf {
  const until = (minute: number) => {
    const cost = runCost(run.price_per_hour, minute - run.first_minute);
    return rate === null ? cost : convert(cost, rate);
  };
  return (from, to) => until(to) - until(from);
}

/** The first minute after `at` at which a credit starts or expires or a day begins; at most `to`. */
function steadyUntil(sources: Source[], at: number, to: number): number {
  const changes = sources
    .flatMap((source) => [source.fromMinute, source.untilMinute])
    .filter((minute) => minute > at);
  return Math.min(to, nextDay(at), ...changes);
}

/** The last minute up to which the source covers the run from `from` on; at most `to`. */
function affordableUntil(costOf: CostOf, source: Source, from: number, to: number): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (costOf(from, middle) <= source.remaining) low = middle;
    else high = middle - 1;
  }
  return low;
}

async function fittingSources(tx: Tx, run: UsageRun, from: number, to: number): Promise<Source[]> {
  const { rows } = await tx.client.query<Source>(
    `select c.id, c.kind, c.services, c.remaining, c.lapsed_at is not null as lapsed,
       c.from_minute as "fromMinute", c.until_minute as "untilMinute"
     from credits c
     where c.organization_id = $1 and c.remaining > 0 and c.from_minute < $4 and c.until_minute > $3
       and (c.services is null or $2 = any (c.services))
     order by ${CREDIT_ORDER}`,
    [run.organization_id, run.service, from, to],
  );
  return rows;
}
