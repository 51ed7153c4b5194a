import type { Tx } from "#db/tenant.ts";
import { closeRun } from "./close-run.ts";
import { earlierRuns } from "./earlier-runs.ts";
import { holdWallet, type HeldWallet } from "./hold-shard.ts";
import { insertRun } from "./insert-run.ts";
import { splitAtPrices } from "./price-changes.ts";
import { renumberNext } from "./renumber-next.ts";
import { subjectOf, type ReportedRun, type RunPrice, type UsageRun } from "./usage-run.ts";

/**
 * Begins charging a reported running interval (BIL-1), or records one that has ended. Idempotent: an interval that is
 * known, also by runs that a new price split or a stop has ended, only learns its end. A start before the shard's cursor is
 * charged by the next tick, at the prices of its minutes (CAT-2). An interval that overlaps another one of the same
 * subject throws: the cluster cannot have reported it. What it costs is asked while the Wallet is held, whose currency that is.
 */
export async function openRun(
  tx: Tx,
  reported: ReportedRun,
  price: (held: HeldWallet) => RunPrice,
): Promise<void> {
  const [held, earlier] = await Promise.all([holdWallet(tx, reported), earlierRuns(tx, reported)]);
  if (earlier.isKnown) return closeIfEnded(tx, reported);
  const { cursor } = held;
  const run = { ...reported, ...price(held) };
  let { touchedUntil } = earlier;
  let row: UsageRun | null = null;
  for (const part of await splitAtPrices(tx, cursor, run)) {
    row = await insertRun(tx, cursor, part, { runningSince: run.startedAt, touchedUntil });
    if (!row) break;
    touchedUntil = row.end_minute ?? touchedUntil;
  }
  if (row?.ended_at) await renumberNext(tx, cursor, row);
  // Another transaction may have recorded the same report meanwhile.
  if (!row && !(await earlierRuns(tx, run)).isKnown) {
    throw new Error(
      `usage of ${subjectOf(run)} from ${run.startedAt.toISOString()} overlaps another run`,
    );
  }
}

async function closeIfEnded(tx: Tx, run: ReportedRun): Promise<void> {
  if (!run.endedAt) return;
  const { shard, kind, startedAt, endedAt } = run;
  await closeRun(tx, { shard, kind, subjectId: subjectOf(run), startedAt, endedAt });
}
