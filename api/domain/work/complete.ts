import type { Database } from "#db/database.ts";
import type { WorkItem, WorkOutcome } from "./types.ts";

/**
 * Takes the item off the list, or sets when to look again. When it was asked for anew meanwhile, it is only released
 * and runs once more. Without effect when the claim was lost.
 */
export async function completeWork(
  database: Database,
  item: WorkItem,
  outcome: WorkOutcome,
): Promise<void> {
  const { kind, key, claim, revision } = item;
  const done =
    outcome === undefined
      ? await database.pool.query({
          name: "complete work",
          text: "delete from work_items where kind = $1 and key = $2 and lease_owner = $3 and revision = $4",
          values: [kind, key, claim, revision],
        })
      : await database.pool.query(
          `update work_items set due_at = $5, lease_owner = null, leased_until = null, attempts = 0, last_error = null
           where kind = $1 and key = $2 and lease_owner = $3 and revision = $4`,
          [kind, key, claim, revision, outcome.again],
        );
  if (done.rowCount === 0) await releaseWork(database, item);
}

/** Gives the item back at once, as if it had not been claimed. */
export async function releaseWork(database: Database, item: WorkItem): Promise<void> {
  await database.pool.query(
    `update work_items set lease_owner = null, leased_until = null, attempts = greatest(attempts - 1, 0)
     where kind = $1 and key = $2 and lease_owner = $3`,
    [item.kind, item.key, item.claim],
  );
}
