import type { ExpectedRun } from "../../e2e/crash/expected-runs.ts";

/** Micro-dollars per hour of a flavor, or of a GiB, from a moment on. */
export interface PriceChange {
  product: string;
  from: number;
  usd: bigint;
}

interface Listed {
  id?: string;
  prices: Record<string, string>[];
}
interface SiteFile {
  flavors: Listed[];
  storage: Listed[];
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
// After the first moment of the month; amounts that no minute divides.
const CHANGES = [
  { product: "h100-sxm5-1", after: -HOUR, usd: "2.777777" },
  { product: "h100-sxm5-1", after: 26 * HOUR, usd: "2.099999" },
  { product: "h200-sxm5-1", after: -30 * MINUTE, usd: "3.333333" },
  { product: "h200-sxm5-1", after: 0, usd: "3.50" },
  { product: "persistent", after: 0, usd: "0.000777" },
  { product: "persistent", after: 50 * HOUR, usd: "0.0003" },
];

/** The site file with prices that change around the first moment of a month. */
export function datedSite(
  file: SiteFile,
  monthStart: Date,
): { file: SiteFile; prices: PriceChange[] } {
  const prices: PriceChange[] = [];
  for (const { product, after, usd } of CHANGES) {
    const listed =
      product === "persistent" ? file.storage[0]! : file.flavors.find(({ id }) => id === product)!;
    const from = monthStart.getTime() + after;
    const effectiveFrom = new Date(from).toISOString();
    listed.prices.push({ ...listed.prices[0]!, effectiveFrom, USD: usd });
    prices.push({ product, from, usd: micros(usd) });
  }
  return { file, prices };
}

/** CAT-2: at the minute of a new price a run ends, and another one goes on. */
export function splitAtPrices(run: ExpectedRun, prices: PriceChange[]): ExpectedRun[] {
  const parts = [run];
  const changes = prices.filter(({ product }) => product === run.product);
  for (const { from, usd } of changes.toSorted((a, b) => a.from - b.from)) {
    const last = parts.at(-1)!;
    const pricePerHour = usd * BigInt(run.quantity);
    if (from >= last.endedAt || pricePerHour === last.pricePerHour) continue;
    if (from <= last.startedAt) {
      last.pricePerHour = pricePerHour;
      continue;
    }
    const firstMinute = Math.max(last.firstMinute, from / MINUTE);
    parts.push({ ...last, startedAt: from, firstMinute, pricePerHour });
    last.endedAt = from;
    last.endMinute = firstMinute;
  }
  return parts;
}

function micros(amount: string): bigint {
  const [whole, fraction = ""] = amount.split(".");
  return BigInt(whole! + fraction.padEnd(6, "0"));
}
