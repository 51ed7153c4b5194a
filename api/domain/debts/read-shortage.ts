import type { TenantTx } from "#db/tenant.ts";
import { fundsOf } from "#domain/billing/wallet/funds.ts";
import { formatMoney, type Money } from "#domain/billing/units/money.ts";
import { lockWallet } from "#domain/billing/wallet/wallet.ts";
import type { Debt } from "./debt-step.ts";
import { trackShortages } from "./track-shortages.ts";

/** The Services that have something to stop or delete. */
export type DebtService = "notebook" | "container";

/** A Service that can pay nothing, as it stands under the Wallet's lock. */
export interface Shortage {
  since: Date;
  /** Not positive. */
  available: Money;
  /** Null at zero. */
  debt: Debt | null;
}

/**
 * Locks the Wallet and judges a Service by what is committed by then: null when it can pay again, or has nothing to stop or
 * delete. Comes after the locks on admission and resources, as nobody who holds a Wallet asks for those.
 */
export async function readShortage(tx: TenantTx, service: DebtService): Promise<Shortage | null> {
  const { organizationId } = tx;
  const { shard, currency } = await lockWallet(tx, organizationId);
  await trackShortages(tx, { shard, organizationId }, { stops: false });
  const { rows } = await tx.client.query<{ since: Date } & Debt>(
    `select since, negative_since as "negativeSince", warnings, last_warned_at as "lastWarnedAt" from shortages
     where organization_id = $1 and service = $2`,
    [organizationId, service],
  );
  const row = rows[0];
  if (!row) return null;
  const available = (await fundsOf(tx, organizationId)).available[service];
  return {
    since: row.since,
    available: formatMoney(available, currency),
    debt: row.negativeSince === null ? null : row,
  };
}
