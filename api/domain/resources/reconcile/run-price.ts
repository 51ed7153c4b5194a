import { holdShard } from "#domain/billing/runs/hold-shard.ts";
import type { RunPrice } from "#domain/billing/runs/usage-run.ts";
import { walletCurrency } from "#domain/billing/wallet/wallet-currency.ts";
import type { Prices } from "#domain/catalogue/catalogue.ts";
import type { Tx } from "#db/tenant.ts";

/**
 * The price to record with a run: in the Wallet's currency, and in USD for the Quota. The shard is held first, so that
 * the currency cannot become another one before the run is there (WAL-4).
 */
export async function runPrice(
  tx: Tx,
  of: { organizationId: string; shard: number },
  prices: Prices,
  quantity: number,
): Promise<RunPrice> {
  await holdShard(tx, of.shard);
  const currency = await walletCurrency(tx, of.organizationId);
  const size = BigInt(quantity);
  return {
    currency,
    pricePerHour: prices[currency] * size,
    priceUsdPerHour: prices.USD * size,
  };
}
