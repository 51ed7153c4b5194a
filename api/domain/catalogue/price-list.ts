import { CURRENCIES, formatMoney, type Money } from "#domain/billing/units/money.ts";
import type { Prices } from "./catalogue.ts";

/** A price in every currency, as the API shows it (CAT-2). */
export function priceList(prices: Prices): Money[] {
  return CURRENCIES.map((currency) => formatMoney(prices[currency], currency));
}
