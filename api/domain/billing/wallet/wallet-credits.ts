import type { Service } from "@aifactory/sdk/policy";
import type { Tx } from "#db/tenant.ts";
import { CREDIT_ORDER } from "#domain/billing/credit/credit-order.ts";
import type { Currency } from "#domain/billing/units/money.ts";

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
  /** What was granted in another currency, and the rate used (WAL-4). */
  original: { amount: bigint; currency: Currency; rate: string } | null;
}

type Row = Omit<WalletCredit, "original"> & {
  original_amount: bigint | null;
  original_currency: Currency | null;
  rate: string | null;
};

/** What may still be spent, or may from its start on, in the order in which it is consumed (WAL-1, WAL-2). */
export async function walletCredits(tx: Tx, organizationId: string): Promise<WalletCredit[]> {
  const { rows } = await tx.client.query<Row>(
    `select c.id, c.kind, c.voucher_id as "voucherId", c.amount, c.remaining, c.services, c.starts_at as "startsAt",
       c.expires_at as "expiresAt", c.original_amount, c.original_currency, c.rate
     from wallets w join credits c on c.shard = w.shard and c.organization_id = w.organization_id and c.spendable
     where w.organization_id = $1
       and (c.expires_at is null or c.expires_at > $2)
     order by ${CREDIT_ORDER}`,
    [organizationId, tx.now],
  );
  return rows.map(({ original_amount: amount, original_currency: currency, rate, ...credit }) => ({
    ...credit,
    original: amount === null ? null : { amount, currency: currency!, rate: rate! },
  }));
}
