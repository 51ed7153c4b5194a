import * as contract from "#contract/billing.ts";
import { exportHistory } from "#domain/wallet/export-history.ts";
import { getInvoice } from "#domain/wallet/get-invoice.ts";
import { getWallet } from "#domain/wallet/get-wallet.ts";
import { getUsage } from "#domain/wallet/get-usage.ts";
import { invoicePage } from "#domain/wallet/invoice-page.ts";
import { issueVoucherCode } from "#domain/wallet/issue-voucher-code.ts";
import { listHistory } from "#domain/wallet/list-history.ts";
import { listVouchers } from "#domain/wallet/list-vouchers.ts";
import { redeem } from "#domain/wallet/redeem.ts";
import { mountExport } from "#http/mount-export.ts";
import { mountPage } from "#http/mount-page.ts";
import { mountChange, mountOperatorChange, mountRead, type Mounting } from "#http/mount.ts";

export function billingRoutes(mounting: Mounting): void {
  mountRead(mounting, contract.getWallet, (ctx) => getWallet(ctx));
  mountRead(mounting, contract.listCreditHistory, (ctx, { query }) => listHistory(ctx, query));
  mountExport(mounting, contract.exportCreditHistory, (ctx, { query }) =>
    exportHistory(ctx, query),
  );
  mountPage(mounting, contract.getInvoice, (ctx, { query }) => getInvoice(ctx, query), invoicePage);
  mountChange(mounting, contract.redeemVoucher, (ctx, { body }) => redeem(ctx, body));
  mountRead(mounting, contract.listVouchers, (ctx, { query }) => listVouchers(ctx, query));
  mountRead(mounting, contract.getWorkspaceUsage, (ctx, { query }) => getUsage(ctx, query));
  mountRead(mounting, contract.getOrganizationUsage, (ctx, { query }) => getUsage(ctx, query));
  mountOperatorChange(mounting, contract.issueVoucher, (ctx, { body }) =>
    issueVoucherCode(ctx, body),
  );
}
