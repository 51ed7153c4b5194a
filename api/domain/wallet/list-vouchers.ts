import type { ReadContext } from "#domain/context.ts";
import { cursorKey, pageOf, type PageQuery } from "#domain/page.ts";
import { presentVoucher, readVouchers } from "./read-vouchers.ts";

/** The vouchers that the Organization has redeemed, oldest first. */
export async function listVouchers(
  { site, authorization: { target } }: ReadContext,
  query: PageQuery,
) {
  const rows = await readVouchers(site.database.read, {
    organizationId: target.organizationId,
    after: cursorKey(query),
    limit: query.limit + 1,
  });
  return pageOf(rows, query, (row) => row.voucher.id, presentVoucher);
}
