import type { Tx } from "#db/tenant.ts";
import { firstChargedMinute } from "./first-charge.ts";

// Charged minutes follow one another; late ones have shares of their own; whatever else was booked before the minutes of
// the first charge comes before it.
const NEXT = `
  with charged as materialized (
    select coalesce(${firstChargedMinute("$2")}, 2147483647) as minute
  )
  select least(minute, (
      select min(from_minute) from run_shares where organization_id = $1 and from_minute >= $2
    ), (
      select floor(extract(epoch from at) / 60)::integer from ledger_entries
      where organization_id = $1 and kind <> 'charge' and at >= minute_start($2)
        and at < minute_start((select minute from charged))
      order by at limit 1
    )) as minute
  from charged`;

const NEVER = 2_147_483_647;

/** The first minute from this one on that was charged, or in which something else was booked; null: there is none. */
export async function nextBookedMinute(
  tx: Tx,
  organizationId: string,
  from: number,
): Promise<number | null> {
  const { rows } = await tx.client.query<{ minute: number }>(NEXT, [organizationId, from]);
  return rows[0]!.minute === NEVER ? null : rows[0]!.minute;
}
