import type { Service } from "@aifactory/sdk/policy";
import type { Tx } from "#db/tenant.ts";
import {
  originalOf,
  withOriginal,
  type Original,
  type OriginalRow,
} from "#domain/billing/credit/original.ts";
import { CREDIT_ORDER } from "#domain/billing/credit/credit-order.ts";

/** Plan credit or a voucher with something left; micro-units of the Wallet's currency. */
export interface WalletCredit {
  id: string;
  kind: "plan" | "voucher";
  voucherId: string | null;
  amount: bigint;
  remaining: bigint;
  /** Null: every Service. */
  services: Service[] | null;
  startsAt: Date;
  expiresAt: Date | null;
  original: Original | null;
}

/** What may still be spent, or may from its start on, in the order in which it is consumed (WAL-1, WAL-2). */
export async function walletCredits(tx: Tx, organizationId: string): Promise<WalletCredit[]> {
  const { rows } = await tx.client.query<Omit<WalletCredit, "original"> & OriginalRow>(
    `select c.id, c.kind, c.voucher_id as "voucherId", c.amount, c.remaining, c.services, c.starts_at as "startsAt",
       c.expires_at as "expiresAt", ${originalOf("c")} as original
     from wallets w join credits c on c.shard = w.shard and c.organization_id = w.organization_id and c.spendable
     where w.organization_id = $1
       and (c.expires_at is null or c.expires_at > $2)
     order by ${CREDIT_ORDER}`,
    [organizationId, tx.now],
  );
  return rows.map(withOriginal);
}
