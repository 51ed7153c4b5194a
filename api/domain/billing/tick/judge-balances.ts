import { raiseAlerts } from "#domain/alerts/raise-alerts.ts";
import { trackShortages } from "#domain/debts/track-shortages.ts";
import type { Tx } from "#db/tenant.ts";

/**
 * Draws the consequences of what a tick leaves in the Wallets of its shard: stops and debts (BIL-5, BIL-6), alerts (BIL-7).
 * The Wallets are locked.
 */
export async function judgeShard(tx: Tx, shard: number): Promise<void> {
  const scope = { shard, organizationId: null };
  await trackShortages(tx, scope, { stops: true });
  await raiseAlerts(tx, scope, false);
}

/** The same for one Wallet after a grant of credit: what it ends is ended with it (BIL-6). The Wallet is locked. */
export async function judgeGrant(
  tx: Tx,
  { shard, organizationId }: { shard: number; organizationId: string },
): Promise<void> {
  const scope = { shard, organizationId };
  await trackShortages(tx, scope, { stops: true });
  await raiseAlerts(tx, scope, true);
}
