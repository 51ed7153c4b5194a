import type { HeldWallet } from "#domain/billing/runs/hold-shard.ts";
import type { RunPrice } from "#domain/billing/runs/usage-run.ts";
import type { Prices } from "#domain/catalogue/catalogue.ts";

/** The price to record with a run: in the Wallet's currency, and in USD for the Quota. */
export function runPrice({ currency }: HeldWallet, prices: Prices, quantity: number): RunPrice {
  const size = BigInt(quantity);
  return {
    currency,
    pricePerHour: prices[currency] * size,
    priceUsdPerHour: prices.USD * size,
  };
}
