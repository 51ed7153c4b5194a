import type { Tx } from "#db/tenant.ts";
import { minuteOf, minuteStart } from "#domain/billing/units/minute.ts";
import type { Currency } from "#domain/billing/units/money.ts";
import type { NewRun, RunPrice, UsageRun } from "./usage-run.ts";

/** Micro-units per hour of one flavor, or of one GiB, from the start of a minute on. */
interface PriceChange extends Record<Currency, bigint> {
  minute: number;
}

/**
 * The parts of a reported interval between the new prices that ticks have put in force already (CAT-2). Later ones are
 * the ticks' affair: `apply_prices` ends and continues runs before it charges their minutes.
 */
export async function splitAtPrices(tx: Tx, cursor: number, run: NewRun): Promise<NewRun[]> {
  const parts = [run];
  for (const change of await changesWithin(tx, cursor, run)) {
    const last = parts.at(-1)!;
    const price = priceOf(change, run);
    if (isSamePrice(last, price)) continue;
    const at = minuteStart(change.minute);
    parts[parts.length - 1] = { ...last, endedAt: at };
    parts.push({ ...run, ...price, startedAt: at });
  }
  return parts;
}

async function changesWithin(tx: Tx, cursor: number, run: NewRun): Promise<PriceChange[]> {
  // Between its start and the cursor no minute begins: the usual case, which needs no look.
  if (minuteOf(run.startedAt) + 1 >= cursor) return [];
  const { rows } = await tx.client.query<PriceChange>({
    name: "prices within",
    text: `select effective_minute as minute, vnd as "VND", usd as "USD", jpy as "JPY" from prices
     where kind = $1 and item = $2 and effective_minute < $3 and minute_start(effective_minute) > $4
       and ($5::timestamptz is null or minute_start(effective_minute) < $5)
     order by effective_minute`,
    values: [
      run.kind,
      run.kind === "gpu" ? run.product : run.region,
      cursor,
      run.startedAt,
      run.endedAt ?? null,
    ],
  });
  return rows;
}

/**
 * What an hour of the whole quantity costs from a moment on, where a price newer than the run's begins between its start
 * and that moment: no tick has ended the run at it yet, and none will look at what starts after it (CAT-2). Else null.
 */
export async function newerPrice(
  tx: Tx,
  run: UsageRun,
  { quantity, at }: { quantity: number; at: Date },
): Promise<RunPrice | null> {
  const { rows } = await tx.client.query<PriceChange>(
    `select effective_minute as minute, vnd as "VND", usd as "USD", jpy as "JPY" from prices
     where kind = $1 and item = $2 and minute_start(effective_minute) > $3 and minute_start(effective_minute) <= $4
     order by effective_minute desc limit 1`,
    [run.kind, run.kind === "gpu" ? run.product : run.region, run.started_at, at],
  );
  return rows[0] ? priceOf(rows[0], { currency: run.currency, quantity }) : null;
}

function priceOf(
  change: PriceChange,
  { currency, quantity }: Pick<NewRun, "currency" | "quantity">,
): RunPrice {
  const size = BigInt(quantity);
  return {
    currency,
    pricePerHour: change[currency] * size,
    priceUsdPerHour: change.USD * size,
  };
}

const isSamePrice = (a: RunPrice, b: RunPrice): boolean =>
  a.pricePerHour === b.pricePerHour && a.priceUsdPerHour === b.priceUsdPerHour;
