import type { Tx } from "#db/tenant.ts";
import type { Fixing } from "#domain/billing/currency/fix-currency.ts";

/** Thresholds follow the Wallet into the currency that is fixed, at its rate, rounded down (WAL-4). The Wallet is locked. */
export async function convertAlerts(tx: Tx, { organizationId, to, rate }: Fixing): Promise<void> {
  await tx.client.query(
    `update balance_alerts set threshold = converted(threshold, $3::numeric), currency = $2, revision = revision + 1
     where organization_id = $1`,
    [organizationId, to, rate],
  );
}
