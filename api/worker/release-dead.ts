import type { Database } from "#db/database.ts";

/**
 * Frees every cluster and item of work, for whoever knows that all who held them are dead: work then goes on at once
 * instead of when their leases run out. Where somebody lives after all, fences and claims still refuse what is late.
 */
export async function releaseDead({ pool }: Database): Promise<void> {
  await pool.query("update clusters set owner = null, leased_until = null where owner is not null");
  await pool.query(
    "update work_items set lease_owner = null, leased_until = null where lease_owner is not null",
  );
}
