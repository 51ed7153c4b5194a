import type { Service } from "@aifactory/sdk/policy";
import { withTenant } from "#db/tenant.ts";
import { formatMoney, type Currency } from "#domain/billing/units/money.ts";
import type { WalletCredit } from "#domain/billing/wallet/wallet-credits.ts";
import { walletView, type WalletView } from "#domain/billing/wallet/wallet-view.ts";
import type { ReadContext } from "#domain/context.ts";
import { publicId } from "#domain/ids.ts";
import { presentConversion } from "./present-entry.ts";

/** The Wallet with its lines, credit, what each Service could spend, burn and runway (WAL-1, WAL-7, BIL-8). */
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
    held: money(view.held),
    available: {
      notebook: money(view.available.notebook),
      container: money(view.available.container),
      inference: money(view.available.inference),
    },
    credits: view.credits.map((credit) => presentCredit(credit, view.currency)),
    burnPerHour: money(view.burnPerHour),
    runsOutAt: view.runsOutAt?.toISOString() ?? null,
    services: {
      notebook: runwayOf(view, "notebook"),
      container: runwayOf(view, "container"),
      inference: runwayOf(view, "inference"),
    },
    chargedUntil: view.chargedUntil.toISOString(),
  };
}

function presentCredit(credit: WalletCredit, currency: Currency) {
  return {
    id: publicId("credit", credit.id),
    kind: credit.kind,
    voucherId: credit.voucherId === null ? null : publicId("voucher", credit.voucherId),
    amount: formatMoney(credit.amount, currency),
    remaining: formatMoney(credit.remaining, currency),
    services: credit.services,
    startsAt: credit.startsAt.toISOString(),
    expiresAt: credit.expiresAt?.toISOString() ?? null,
    converted: presentConversion(credit.original),
  };
}

function runwayOf({ currency, burnOf, runsOutFor }: WalletView, service: Service) {
  return {
    burnPerHour: formatMoney(burnOf[service], currency),
    runsOutAt: runsOutFor[service]?.toISOString() ?? null,
  };
}
