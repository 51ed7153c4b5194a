import type { Tx } from "#db/tenant.ts";
import { addUsd } from "#domain/billing/limits/add-usd.ts";
import { book } from "#domain/billing/ledger/book.ts";
import { chargeLate } from "./charge-late.ts";
import { drawCredits } from "#domain/billing/ledger/draw-credits.ts";
import { DAY_MINUTES, nextDay } from "#domain/billing/units/minute.ts";
import type { Currency } from "#domain/billing/units/money.ts";
import { paymentPostings } from "#domain/billing/ledger/payment-postings.ts";
import { refundLate } from "./refund-late.ts";
import { runCost } from "#domain/billing/runs/run-cost.ts";
import { insertShares, type RunShare } from "#domain/billing/ledger/run-shares.ts";
import type { UsageRun } from "#domain/billing/runs/usage-run.ts";
import type { Source } from "./walk.ts";

/** Minutes before the cursor that a late report added or took away, with their run. */
export interface LateWindow {
  id: bigint;
  sign: 1 | -1;
  from: number;
  to: number;
  run: UsageRun;
  /** The Wallet's currency, and the rate to it when it was fixed after the run (WAL-4). */
  currency: Currency;
  rate: string | null;
}

/** Shares of a late window with the sources they came from. */
export type LateShare = RunShare & { source: Source | null };

/**
 * Books what late reports changed, each as a signed correction of its own, in the order of the reports: added minutes
 * are paid by the credit that could have paid them and has something left; minutes taken away go back to the sources
 * that paid them. Of all Organizations of the shard, or of one.
 */
export async function consumeLate(
  tx: Tx,
  shard: number,
  organizationId: string | null = null,
): Promise<void> {
  for (const window of await pendingWindows(tx, shard, organizationId)) {
    const shares = window.sign === 1 ? await chargeLate(tx, window) : await refundLate(tx, window);
    await bookCorrection(tx, window, shares);
    await countUsd(tx, window);
    await tx.client.query(
      "update late_windows set consumed_at = $2, consumed_in = $3 where id = $1",
      [window.id, tx.now, window.currency],
    );
  }
}

type PendingRow = UsageRun & {
  late_id: bigint;
  sign: 1 | -1;
  late_from: number;
  late_to: number;
  to_currency: Currency | null;
  rate: string | null;
};

async function pendingWindows(
  tx: Tx,
  shard: number,
  organizationId: string | null,
): Promise<LateWindow[]> {
  const { rows } = await tx.client.query<PendingRow>(
    `select r.*, w.id as late_id, w.sign, w.from_minute as late_from, w.to_minute as late_to, f.to_currency, f.rate
     from late_windows w
     join usage_runs r on r.id = w.run_id
     left join currency_fixings f on f.organization_id = r.organization_id and f.from_currency = r.currency
     where w.shard = $1 and w.consumed_at is null and ($2::uuid is null or w.organization_id = $2) order by w.id`,
    [shard, organizationId],
  );
  return rows.map((row) => ({
    id: row.late_id,
    sign: row.sign,
    from: row.late_from,
    to: row.late_to,
    run: row,
    currency: row.to_currency ?? row.currency,
    rate: row.rate,
  }));
}

async function bookCorrection(
  tx: Tx,
  { from, to, run, currency }: LateWindow,
  shares: LateShare[],
): Promise<void> {
  const charge = { workspaceId: run.workspace_id, service: run.service, kind: run.kind, cost: 0n };
  const postings = paymentPostings(currency, [{ charge, shares }]);
  if (postings.length === 0) return;
  const booked = await book(tx, {
    organizationId: run.organization_id,
    kind: "correction",
    fromMinute: from,
    toMinute: to,
    reference: run.id,
    postings,
  });
  await insertShares(tx, run.organization_id, booked, shares);
  await drawCredits(tx, postings);
}

async function countUsd(tx: Tx, { sign, from, to, run }: LateWindow): Promise<void> {
  const usdUntil = (minute: number) => runCost(run.price_usd_per_hour, minute - run.first_minute);
  for (let at = from; at < to; at = Math.min(to, nextDay(at))) {
    const usd = usdUntil(Math.min(to, at - (at % DAY_MINUTES) + DAY_MINUTES)) - usdUntil(at);
    await addUsd(tx, run.organization_id, run.workspace_id, at, BigInt(sign) * usd);
  }
}
