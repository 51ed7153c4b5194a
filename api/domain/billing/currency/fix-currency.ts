import type { Tx } from "#db/tenant.ts";
import { convertAlerts } from "#domain/alerts/convert-alerts.ts";
import { notFound } from "#domain/errors.ts";
import { consumeLate } from "#domain/billing/tick/consume-late.ts";
import { continueRunsIn } from "./continue-runs-in.ts";
import { convertCredits } from "./convert-credits.ts";
import type { Rates } from "./convert.ts";
import { holdShard } from "#domain/billing/runs/hold-shard.ts";
import { lockAdmission } from "#domain/billing/limits/lock-admission.ts";
import type { Currency } from "#domain/billing/units/money.ts";
import { tickShard } from "#domain/billing/tick/tick-shard.ts";
import { lockWallet } from "#domain/billing/wallet/wallet.ts";

/** A change of the provisional currency to the one that stays (WAL-4). */
export interface Fixing {
  organizationId: string;
  shard: number;
  from: Currency;
  to: Currency;
  rate: string;
  /** The first minute that is charged in the new currency; every minute before it has been, in the old one. */
  minute: number;
}

/**
 * Fixes the Wallet's currency for good, if it is provisional still (WAL-4). Where it becomes another one, everything
 * before the present minute is charged first, lines, credit and alerts are converted once at the recorded rate, and what runs
 * goes on at the new currency's price. Comes before any other lock on shard or Wallet. Throws `balance_too_large`.
 */
export async function fixCurrency(
  tx: Tx,
  fix: { organizationId: string; currency: Currency; rates: Rates },
): Promise<void> {
  if ((await readWallet(tx, fix.organizationId)).fixed) return;
  // Whoever judges a balance meanwhile would compare prices of one currency with credit of the other.
  await lockAdmission(tx, fix.organizationId);
  const { shard, currency: from, fixed } = await readWallet(tx, fix.organizationId);
  const { organizationId, currency: to } = fix;
  if (fixed || from === to) return;
  const minute = await chargeUntilNow(tx, organizationId, shard);
  const rate = fix.rates(from, to, tx.now);
  await becomeFixed(tx, { organizationId, shard, from, to, rate, minute });
}

async function readWallet(
  tx: Tx,
  organizationId: string,
): Promise<{ shard: number; currency: Currency; fixed: boolean }> {
  const { rows } = await tx.client.query<{ shard: number; currency: Currency; fixed: boolean }>(
    "select shard, currency, currency_fixed_at is not null as fixed from wallets where organization_id = $1",
    [organizationId],
  );
  if (!rows[0]) throw notFound("organization");
  return rows[0];
}

/** Nobody else moves the cursor, or opens or closes a run of the shard, until the transaction ends. Returns the cursor. */
async function chargeUntilNow(tx: Tx, organizationId: string, shard: number): Promise<number> {
  await tx.client.query("select hold_shard_alone($1)", [shard]);
  const ticked = await tickShard(tx, shard);
  await lockWallet(tx, organizationId);
  if (!ticked) await consumeLate(tx, shard, organizationId);
  return holdShard(tx, shard);
}

async function becomeFixed(tx: Tx, fixing: Fixing): Promise<void> {
  const { organizationId, from, to, rate, minute } = fixing;
  await tx.client.query(
    `insert into currency_fixings (organization_id, from_currency, to_currency, rate, fixed_at, minute)
     values ($1, $2, $3, $4, $5, $6)`,
    [organizationId, from, to, rate, tx.now, minute],
  );
  await tx.client.query(
    "update wallets set currency = $2, currency_fixed_at = $3 where organization_id = $1",
    [organizationId, to, tx.now],
  );
  await convertCredits(tx, fixing);
  await convertAlerts(tx, fixing);
  await continueRunsIn(tx, fixing);
}
