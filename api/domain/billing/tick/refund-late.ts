import type { Tx } from "#db/tenant.ts";
import type { LateShare, LateWindow } from "./consume-late.ts";
import { convert } from "#domain/billing/currency/convert.ts";
import type { Currency } from "#domain/billing/units/money.ts";
import { readShares, type RunShare } from "#domain/billing/ledger/run-shares.ts";
import type { Source } from "./walk.ts";

/**
 * What goes back to whom for minutes that a late end took away: exactly what was paid for them, source by source. What
 * was paid in a former currency is converted at the recorded rate, once for each source (WAL-4).
 */
export async function refundLate(tx: Tx, window: LateWindow): Promise<LateShare[]> {
  const { from, to, run, currency, rate } = window;
  const paid = await readShares(tx, {
    organizationId: run.organization_id,
    from,
    to,
    runId: run.id,
  });
  const sources = await sourcesById(tx, paid);
  return convertShares(paid, currency, rate)
    .filter((share) => share.amount !== 0n)
    .map((share) => ({
      ...share,
      amount: -share.amount,
      source: share.creditId === null ? null : sources.get(share.creditId)!,
    }));
}

// Each share is what the sum so far of its source gained by it: however the minutes are cut, they add up to the same.
function convertShares(paid: RunShare[], currency: Currency, rate: string | null): RunShare[] {
  const sums = new Map<string | null, bigint>();
  return paid.map((share) => {
    if (share.currency === currency) return share;
    const before = sums.get(share.creditId) ?? 0n;
    const after = before + share.amount;
    sums.set(share.creditId, after);
    return { ...share, currency, amount: convert(after, rate!) - convert(before, rate!) };
  });
}

async function sourcesById(tx: Tx, shares: RunShare[]): Promise<Map<string, Source>> {
  const ids = [...new Set(shares.flatMap((share) => share.creditId ?? []))];
  if (ids.length === 0) return new Map();
  const { rows } = await tx.client.query<Source>(
    `select id, kind, services, remaining, lapsed_at is not null as lapsed, from_minute as "fromMinute",
       until_minute as "untilMinute"
     from credits where id = any ($1)`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}
