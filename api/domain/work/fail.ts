import type { Database } from "#db/database.ts";
import { backoffMs } from "./backoff.ts";
import type { WorkItem } from "./types.ts";

// With the backoff's cap that is some minutes of trying.
const MAX_ATTEMPTS = 20;

export interface Failure {
  message: string;
  /** The outside world did not answer: tried for as long as it takes, never parked. */
  passing: boolean;
}

/**
 * Gives the item back to be tried again after a pause, behind what has waited by then, or parks it after too many attempts
 * for the operator to see. What was asked for anew meanwhile is tried at once. Answers whether it was parked.
 */
export async function failWork(
  database: Database,
  item: WorkItem,
  { message, passing }: Failure,
): Promise<boolean> {
  const parked = !passing && item.attempts >= MAX_ATTEMPTS;
  const { rows } = await database.pool.query<{ parked: boolean }>(
    `update work_items set lease_owner = null, leased_until = null, last_error = $5,
       run_after = case when revision = $4 then clock_timestamp() + make_interval(secs => $6::int / 1000.0) else run_after end,
       due_at = case when revision = $4 then greatest(due_at, site_now()) else due_at end,
       parked_at = case when revision = $4 and $7 then clock_timestamp() end, attempts = least(attempts, $8)
     where kind = $1 and key = $2 and lease_owner = $3
     returning parked_at is not null as parked`,
    [
      item.kind,
      item.key,
      item.claim,
      item.revision,
      message.slice(0, 2000),
      backoffMs(item.attempts, Math.random()),
      parked,
      // An outage of any length leaves the item one attempt away from being parked, never beyond it.
      passing ? MAX_ATTEMPTS - 1 : item.attempts,
    ],
  );
  return rows[0]?.parked ?? false;
}

/** Whether the item has been claimed more often than it may fail: its replicas died of it. */
export function isPoisoned(item: WorkItem): boolean {
  return item.attempts > MAX_ATTEMPTS;
}
