import type { Database } from "#db/database.ts";
import type { WorkItem } from "./types.ts";

/** Lengthens the claims of items that are still being worked on. What was lost meanwhile stays lost. */
export async function renewWork(
  database: Database,
  items: WorkItem[],
  leaseMs: number,
): Promise<void> {
  if (items.length === 0) return;
  await database.pool.query(
    // Rows that somebody is writing are left for the next time: waiting for several could end in a deadlock.
    `update work_items w set leased_until = clock_timestamp() + make_interval(secs => $4::int / 1000.0)
     from (
       select w.kind, w.key from work_items w
       join unnest($1::text[], $2::text[], $3::text[]) as held (kind, key, claim)
         on w.kind = held.kind and w.key = held.key and w.lease_owner = held.claim
       for update of w skip locked
     ) as held
     where w.kind = held.kind and w.key = held.key`,
    [items.map((it) => it.kind), items.map((it) => it.key), items.map((it) => it.claim), leaseMs],
  );
}
