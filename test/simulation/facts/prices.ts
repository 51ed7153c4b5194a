import { fixedRates, type Rates } from "../../../api/domain/billing/currency/convert.ts";
import { CURRENCIES, parseAmount, type Currency } from "../../../api/domain/billing/units/money.ts";

/** Micro-units per hour of a flavor, or of a GiB, from a moment on. */
export interface Price {
  product: string;
  from: number;
  amounts: Record<Currency, bigint>;
}

type Amounts = Record<Currency, string>;
interface Listed {
  id?: string;
  prices: (Amounts & { effectiveFrom?: string })[];
}
interface SiteFile {
  flavors: Listed[];
  storage: Listed[];
  exchangeRates: { VND: string; JPY: string; effectiveFrom?: string }[];
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
// After the first moment of the month; amounts that no minute divides.
const CHANGES = [
  ["h100-sxm5-1", -HOUR, { USD: "2.777777", VND: "70123.4", JPY: "411.13" }],
  ["h100-sxm5-1", 26 * HOUR, { USD: "2.099999", VND: "54321.098765", JPY: "333.333333" }],
  ["h200-sxm5-1", -30 * MINUTE, { USD: "3.333333", VND: "83333.3", JPY: "499.99" }],
  ["h200-sxm5-1", 0, { USD: "3.50", VND: "83333.3", JPY: "525.01" }],
  ["persistent", 0, { USD: "0.000777", VND: "19.4", JPY: "0.116551" }],
  ["persistent", 50 * HOUR, { USD: "0.0003", VND: "7.777777", JPY: "0.0451" }],
] as const;
const RATES = [
  { after: -2 * HOUR, VND: "25411.7", JPY: "151.37" },
  { after: -90_500, VND: "24990", JPY: "149.999" },
  { after: 21 * HOUR, VND: "26113.13", JPY: "155" },
  { after: 80 * HOUR, VND: "25777.7", JPY: "147.003" },
];

/** The site file with prices and exchange rates that change around the first moment of a month, and what they are then. */
export function datedSite(
  file: SiteFile,
  monthStart: Date,
): { file: SiteFile; prices: Price[]; rates: Rates } {
  const effectiveFrom = (after: number) => new Date(monthStart.getTime() + after).toISOString();
  const listed = (product: string) =>
    product === "persistent" ? file.storage[0]! : file.flavors.find(({ id }) => id === product)!;
  for (const [product, after, amounts] of CHANGES)
    listed(product).prices.push({ ...amounts, effectiveFrom: effectiveFrom(after) });
  for (const { after, ...rates } of RATES)
    file.exchangeRates.push({ ...rates, effectiveFrom: effectiveFrom(after) });
  const products = new Set(CHANGES.map(([product]) => product));
  return {
    file,
    prices: [...products].flatMap((product) =>
      listed(product).prices.map((price) => priceOf(product, price)),
    ),
    rates: ratesOf(file.exchangeRates),
  };
}

function priceOf(product: string, price: Listed["prices"][number]): Price {
  const amounts = CURRENCIES.map((currency) => [currency, parseAmount(price[currency])] as const);
  return {
    product,
    from: startOf(price),
    amounts: Object.fromEntries(amounts) as Price["amounts"],
  };
}

/** WAL-4: each rate holds from its date on. */
function ratesOf(dated: SiteFile["exchangeRates"]): Rates {
  return (from, to, at) => {
    const { VND, JPY } = dated.findLast((it) => startOf(it) <= at.getTime())!;
    const perUsd = { USD: 1_000_000n, VND: parseAmount(VND), JPY: parseAmount(JPY) };
    return fixedRates(perUsd)(from, to, at);
  };
}

const startOf = ({ effectiveFrom }: { effectiveFrom?: string }) =>
  effectiveFrom === undefined ? 0 : Date.parse(effectiveFrom);
