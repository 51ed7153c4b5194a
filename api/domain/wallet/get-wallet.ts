import { withTenant } from "#db/tenant.ts";
import { formatMoney } from "#domain/billing/money.ts";
import { walletView } from "#domain/billing/wallet-view.ts";
import type { ReadContext } from "#domain/context.ts";
import { publicId } from "#domain/ids.ts";

/** The Wallet with its lines, what each Service could spend, and its runway (WAL-1, WAL-7, BIL-8). */
export async function getWallet({ site, authorization: { target } }: ReadContext) {
  const { organizationId } = target;
  const view = await withTenant(site.database, organizationId, (tx) =>
    walletView(tx, organizationId),
  );
  const money = (micros: bigint) => formatMoney(micros, view.currency);
  return {
    organizationId: publicId("organization", organizationId),
    currency: view.currency,
    currencyFixed: view.currencyFixed,
    balances: {
      plans: money(view.balances.plans),
      vouchers: money(view.balances.vouchers),
      topUp: money(view.balances.topUp),
    },
    total: money(view.total),
    available: {
      notebook: money(view.available.notebook),
      container: money(view.available.container),
      inference: money(view.available.inference),
    },
    burnPerHour: money(view.burnPerHour),
    runsOutAt: view.runsOutAt?.toISOString() ?? null,
    chargedUntil: view.chargedUntil.toISOString(),
  };
}
