import type { Service } from "@aifactory/sdk/policy";
import type { Tx } from "#db/tenant.ts";
import { DomainError } from "#domain/errors.ts";
import type { Rates } from "#domain/billing/currency/convert.ts";
import { grantCredit, type Credit } from "./grant-credit.ts";
import type { Currency } from "#domain/billing/units/money.ts";

interface VoucherRow {
  id: string;
  amount: bigint;
  currency: Currency;
  services: Service[] | null;
  expires_at: Date;
  redeemed_at: Date | null;
}

/**
 * Turns a voucher's code into credit of the Organization, once however many ask at the same moment (WAL-2). Throws
 * `voucher_not_found`, `voucher_used`, `voucher_expired`.
 */
export async function redeemVoucher(
  tx: Tx,
  input: { organizationId: string; code: string; rates: Rates },
): Promise<Credit & { voucherId: string }> {
  const { rows } = await tx.client.query<VoucherRow>(
    "select * from vouchers where code = $1 for update",
    [input.code],
  );
  const voucher = rows[0];
  if (!voucher)
    throw new DomainError(
      "voucher_not_found",
      "There is no voucher with this code. Check its ten characters.",
    );
  if (voucher.redeemed_at)
    throw new DomainError("voucher_used", "This voucher has been redeemed already.");
  if (voucher.expires_at <= tx.now) {
    throw new DomainError(
      "voucher_expired",
      `This voucher expired at ${voucher.expires_at.toISOString()}.`,
    );
  }
  await tx.client.query("update vouchers set redeemed_at = $2, redeemed_by = $3 where id = $1", [
    voucher.id,
    tx.now,
    input.organizationId,
  ]);
  const credit = await grantCredit(tx, {
    organizationId: input.organizationId,
    kind: "voucher",
    amount: voucher.amount,
    currency: voucher.currency,
    services: voucher.services,
    expiresAt: voucher.expires_at,
    voucherId: voucher.id,
    rates: input.rates,
  });
  return { ...credit, voucherId: voucher.id };
}
