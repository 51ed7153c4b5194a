import type { Database } from "#db/database.ts";

/** How many items are due or being worked on, by whichever replica; without those that are backing off or parked. */
export async function outstandingWork(database: Database): Promise<number> {
  const { rows } = await database.pool.query<{ count: number }>(
    `select count(*)::int as count from work_items
     where parked_at is null and due_at <= (select site_now())
       and (run_after <= clock_timestamp() or leased_until > clock_timestamp())`,
  );
  return rows[0]!.count;
}
