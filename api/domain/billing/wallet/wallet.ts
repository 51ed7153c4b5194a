import type { Tx } from "#db/tenant.ts";
import { notFound } from "#domain/errors.ts";
import type { Currency } from "#domain/billing/units/money.ts";

/** A row of `wallets`; amounts in micro-units. */
export interface Wallet {
  organization_id: string;
  shard: number;
  currency: Currency;
  currency_fixed_at: Date | null;
  plans: bigint;
  vouchers: bigint;
  top_up: bigint;
  last_entry: bigint;
  last_entry_at: Date;
}

/** Locks the Wallet until the transaction ends, and makes sure that the ledger has room for the moment. */
export async function lockWallet(tx: Tx, organizationId: string): Promise<Wallet> {
  await tx.client.query("select ledger_ready($1)", [tx.now]);
  const { rows } = await tx.client.query<Wallet>(
    "select * from wallets where organization_id = $1 for update",
    [organizationId],
  );
  if (!rows[0]) throw notFound("organization");
  return rows[0];
}
