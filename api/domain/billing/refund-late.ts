import type { Tx } from "#db/tenant.ts";
import type { LateShare, LateWindow } from "./consume-late.ts";
import { readShares, type RunShare } from "./run-shares.ts";
import type { Source } from "./walk.ts";

/** What goes back to whom for minutes that a late end took away: exactly what was paid for them, source by source. */
export async function refundLate(tx: Tx, { from, to, run }: LateWindow): Promise<LateShare[]> {
  const paid = await readShares(tx, {
    organizationId: run.organization_id,
    from,
    to,
    runId: run.id,
  });
  const sources = await sourcesById(tx, paid);
  return paid
    .filter((share) => share.amount !== 0n)
    .map((share) => ({
      ...share,
      amount: -share.amount,
      source: share.creditId === null ? null : sources.get(share.creditId)!,
    }));
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
