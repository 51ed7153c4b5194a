import type { Tx } from "#db/tenant.ts";
import { earlierRuns } from "./earlier-runs.ts";
import { holdShard } from "./hold-shard.ts";
import { insertRun } from "./insert-run.ts";
import { newerPrice } from "./price-changes.ts";
import { shortenRun } from "./shorten-run.ts";
import { newRunLike, type NewRun, type RunKind, type UsageRun } from "./usage-run.ts";

/** What is charged from a moment on in another size. */
export interface Resize {
  shard: number;
  kind: RunKind;
  subjectId: string;
  /** GiB of storage. */
  quantity: number;
  at: Date;
}

/**
 * Ends the latest interval of a subject at a moment and goes on in another size (RES-3), at the price for each unit by
 * then; the minute of the change belongs to the old size. Reported late, it also holds for what new prices, or the fixing
 * of the currency, have continued since, and until an end that is recorded already. Idempotent; nothing happens when
 * nothing reaches beyond the moment or the size is the same.
 */
export async function resizeRun(tx: Tx, resize: Resize): Promise<void> {
  const cursor = await holdShard(tx, resize.shard);
  const runs = await runsFrom(tx, resize);
  if (runs.length === 0 || runs.at(-1)!.quantity === resize.quantity) return;
  const next: NewRun[] = [];
  for (const run of runs) next.push(await resized(tx, run, resize));
  // The latest first: none of them is then taken for the successor of one before it.
  for (const [i, run] of [...runs.entries()].toReversed())
    await shortenRun(tx, cursor, run, next[i]!.startedAt);
  for (const run of next) {
    const { touchedUntil } = await earlierRuns(tx, run);
    await insertRun(tx, cursor, run, { runningSince: runs[0]!.running_since, touchedUntil });
  }
}

/** The latest run and those that it continues in the same size, as far as they reach beyond the moment; oldest first. */
async function runsFrom(tx: Tx, { subjectId, kind, at }: Resize): Promise<UsageRun[]> {
  const { rows } = await tx.client.query<UsageRun>(
    `select * from usage_runs
     where subject_id = $1 and kind = $2
       and running_since = (select max(running_since) from usage_runs where subject_id = $1 and kind = $2)
       and (ended_at is null or ended_at > greatest($3, started_at))
     order by started_at for update`,
    [subjectId, kind, at],
  );
  const before = rows.findLastIndex((run) => run.quantity !== rows.at(-1)!.quantity);
  return rows.slice(before + 1);
}

async function resized(tx: Tx, run: UsageRun, { quantity, at }: Resize): Promise<NewRun> {
  const whole = (price: bigint) => (price * BigInt(quantity)) / BigInt(run.quantity);
  const startedAt = at > run.started_at ? at : run.started_at;
  return {
    ...newRunLike(run),
    quantity,
    pricePerHour: whole(run.price_per_hour),
    priceUsdPerHour: whole(run.price_usd_per_hour),
    ...(await newerPrice(tx, run, { quantity, at: startedAt })),
    startedAt,
  };
}
