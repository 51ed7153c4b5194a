import { and, asc, eq, gt } from "drizzle-orm";
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import { credits, vouchers } from "#db/schema/billing.ts";
import { formatMoney } from "#domain/billing/units/money.ts";
import { publicId } from "#domain/ids.ts";

interface Filter {
  organizationId: string;
  voucherId?: string;
  after?: string | null;
  limit?: number;
}

/** The Organization's redeemed vouchers, each with the credit that it became. */
export function readVouchers(db: NodePgDatabase, filter: Filter) {
  return db
    .select({ voucher: vouchers, credit: credits })
    .from(credits)
    .innerJoin(vouchers, eq(vouchers.id, credits.voucherId))
    .where(
      and(
        eq(credits.organizationId, filter.organizationId),
        filter.voucherId === undefined ? undefined : eq(vouchers.id, filter.voucherId),
        filter.after ? gt(vouchers.id, filter.after) : undefined,
      ),
    )
    .orderBy(asc(vouchers.id))
    .limit(filter.limit ?? 1);
}

export type VoucherRow = Awaited<ReturnType<typeof readVouchers>>[number];

/** A redeemed voucher in the Wallet's currency, with what is left of it. */
export function presentVoucher({ voucher, credit }: VoucherRow) {
  return {
    id: publicId("voucher", voucher.id),
    amount: formatMoney(credit.amount, credit.currency),
    remaining: formatMoney(credit.lapsedAt === null ? credit.remaining! : 0n, credit.currency),
    services: voucher.services,
    redeemedAt: voucher.redeemedAt!.toISOString(),
    expiresAt: voucher.expiresAt.toISOString(),
  };
}
