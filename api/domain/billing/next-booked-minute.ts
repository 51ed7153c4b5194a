import type { Tx } from "#db/tenant.ts";

// What is charged is booked at the end of its minutes or later, so the first entry after a moment tells of the first
// minute after it, but for late ones, which have shares of their own.
const NEXT = `
  select least(
    (select least(from_minute, floor(extract(epoch from at) / 60)::integer) from ledger_entries
     where organization_id = $1 and at >= minute_start($2) and (kind <> 'charge' or from_minute >= $2)
     order by at, seq limit 1),
    (select min(from_minute) from run_shares where organization_id = $1 and from_minute >= $2)) as minute`;

/** The first minute from this one on that was charged or in which something was booked, or an earlier one; null: none. */
export async function nextBookedMinute(
  tx: Tx,
  organizationId: string,
  from: number,
): Promise<number | null> {
  const { rows } = await tx.client.query<{ minute: number | null }>(NEXT, [organizationId, from]);
  return rows[0]!.minute === null ? null : Math.max(from, rows[0]!.minute);
}
