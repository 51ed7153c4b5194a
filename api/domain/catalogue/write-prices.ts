import type { Database } from "#db/database.ts";
import { withSystem, type Tx } from "#db/tenant.ts";
import { minuteFrom, minuteStart } from "#domain/billing/units/minute.ts";
import { formatAmount } from "#domain/billing/units/money.ts";
import type { Catalogue, DatedPrice } from "./catalogue.ts";

/**
 * Writes the site file's prices and exchange rates down for the ticks of all replicas, at start (CAT-2, WAL-4). A price
 * may be new from the first minute that no shard has charged yet; throws, naming them, when the file has other prices
 * for minutes before. Prices of what the file no longer names stay for what still runs.
 */
export async function writePrices(database: Database, catalogue: Catalogue): Promise<void> {
  await withSystem(database, async (tx) => {
    const open = await firstOpenMinute(tx);
    const list = catalogue.priceList;
    const known = await pricesBefore(tx, open);
    refuseOtherPast(list, known, open);
    await replacePrices(tx, open, list, known);
    await tx.client.query("delete from exchange_rates");
    const rates = catalogue.exchangeRateList;
    await tx.client.query(
      `insert into exchange_rates (effective_from, vnd, jpy)
       select * from unnest($1::timestamptz[], $2::bigint[], $3::bigint[])`,
      [
        rates.map((it) => it.from),
        rates.map((it) => it.rates.VND),
        rates.map((it) => it.rates.JPY),
      ],
    );
  });
}

/** Every shard has charged at most up to this minute; none moves on before the transaction ends. */
async function firstOpenMinute(tx: Tx): Promise<number> {
  const { rows } = await tx.client.query<{ cursor_minute: number }>(
    "select cursor_minute from shard_cursors order by shard for update",
  );
  return Math.max(...rows.map((row) => row.cursor_minute));
}

type Known = Map<string, string>;
const keyOf = ({ kind, item }: { kind: string; item: string }) => `${kind} ${item}`;
const textOf = (prices: DatedPrice["prices"]) =>
  `${formatAmount(prices.VND)} VND, ${formatAmount(prices.USD)} USD, ${formatAmount(prices.JPY)} JPY`;

/** What each item cost in the last minute that may have been charged. */
async function pricesBefore(tx: Tx, open: number): Promise<Known> {
  const { rows } = await tx.client.query<{ kind: string; item: string } & DatedPrice["prices"]>(
    `select distinct on (kind, item) kind, item, vnd as "VND", usd as "USD", jpy as "JPY" from prices
     where effective_minute < $1 order by kind, item, effective_minute desc`,
    [open],
  );
  return new Map(rows.map((row) => [keyOf(row), textOf(row)]));
}

function refuseOtherPast(list: DatedPrice[], known: Known, open: number): void {
  const before = new Map<string, DatedPrice>();
  for (const price of list) if (minuteFrom(price.from) < open) before.set(keyOf(price), price);
  const changed = [...before].filter(
    ([key, { prices }]) => known.has(key) && known.get(key) !== textOf(prices),
  );
  if (changed.length === 0) return;
  const problems = changed.map(
    ([key, { item, prices }]) => `  ${item}: ${textOf(prices)} instead of ${known.get(key)}`,
  );
  throw new Error(
    `The site file has other prices than those that have been charged up to ${minuteStart(open).toISOString()}. ` +
      `Leave them, and add the new ones with an effectiveFrom from then on:\n${problems.join("\n")}`,
  );
}

/** What begins in minutes that are charged stays as it was charged, but for what nobody has used yet. */
async function replacePrices(
  tx: Tx,
  open: number,
  list: DatedPrice[],
  known: Known,
): Promise<void> {
  await tx.client.query(
    `delete from prices where effective_minute >= $1
       and (kind, item) in (select * from unnest($2::text[], $3::text[]))`,
    [open, list.map((it) => it.kind), list.map((it) => it.item)],
  );
  const added = list.filter((it) => minuteFrom(it.from) >= open || !known.has(keyOf(it)));
  await tx.client.query(
    `insert into prices (kind, item, effective_minute, vnd, usd, jpy)
     select * from unnest($1::text[], $2::text[], $3::integer[], $4::bigint[], $5::bigint[], $6::bigint[])`,
    [
      added.map((it) => it.kind),
      added.map((it) => it.item),
      added.map((it) => minuteFrom(it.from)),
      added.map((it) => it.prices.VND),
      added.map((it) => it.prices.USD),
      added.map((it) => it.prices.JPY),
    ],
  );
}
