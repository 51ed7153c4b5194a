import { siteRates } from "#domain/billing/currency/site-rates.ts";
import { redeemVoucher } from "#domain/billing/credit/redeem-voucher.ts";
import type { ChangeContext } from "#domain/context.ts";
import { presentVoucher, readVouchers } from "./read-vouchers.ts";

/** Redeems a voucher code for the Organization (WAL-2). */
export async function redeem({ tx }: ChangeContext, input: { code: string }) {
  const { voucherId } = await redeemVoucher(tx, {
    organizationId: tx.organizationId,
    code: input.code,
    rates: await siteRates(tx),
  });
  const [row] = await readVouchers(tx.db, { organizationId: tx.organizationId, voucherId });
  return presentVoucher(row!);
}
