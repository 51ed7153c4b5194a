import type { Tx } from "#db/tenant.ts";
import { holdShard } from "./hold-shard.ts";
import { insertRun } from "./insert-run.ts";
import { shortenRun } from "./shorten-run.ts";
import { newRunLike, type RunKind, type RunPrice, type UsageRun } from "./usage-run.ts";

/** The open run to be continued at another price, size or product. */
export interface RunChange extends RunPrice {
  shard: number;
  kind: RunKind;
  subjectId: string;
  product: string;
  quantity: number;
  at: Date;
}

/**
 * Ends the open run of a subject and begins the next one, for a resize or a new price (CAT-2, RES-3). The minute of the
 * change belongs to the old run. Idempotent; nothing happens when nothing is open or nothing differs.
 */
export async function repriceRun(tx: Tx, change: RunChange): Promise<void> {
  const cursor = await holdShard(tx, change.shard);
  const { rows } = await tx.client.query<UsageRun>(
    "select * from usage_runs where subject_id = $1 and kind = $2 and ended_at is null for update",
    [change.subjectId, change.kind],
  );
  const run = rows[0];
  if (!run || isSame(run, change)) return;
  const at = change.at > run.started_at ? change.at : run.started_at;
  await shortenRun(tx, cursor, run, at);
  const { product, quantity, currency, pricePerHour, priceUsdPerHour } = change;
  const next = {
    ...newRunLike(run),
    product,
    quantity,
    currency,
    pricePerHour,
    priceUsdPerHour,
    startedAt: at,
  };
  await insertRun(tx, cursor, next, run.running_since);
}

function isSame(run: UsageRun, change: RunChange): boolean {
  return (
    run.product === change.product &&
    run.quantity === change.quantity &&
    run.currency === change.currency &&
    run.price_per_hour === change.pricePerHour &&
    run.price_usd_per_hour === change.priceUsdPerHour
  );
}
