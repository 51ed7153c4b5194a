import type { Currency, Flavor, StoragePrice } from "./generated/types.gen.ts";
import { parseAmount } from "./money.ts";

/** What `listFlavors` and `listStoragePrices` say about prices. */
export interface PriceList {
  readonly flavors: readonly Pick<Flavor, "id" | "region" | "services" | "pricePerHour">[];
  readonly storage: readonly StoragePrice[];
}

/** Something that costs money. What is `undefined` is not known, and counts as the dearest that it can be. */
export interface CostItem {
  readonly service: "notebook" | "container";
  readonly region: string | undefined;
  /** null for what is storage alone. */
  readonly flavor: string | null | undefined;
  /** What does not run costs its storage alone (BIL-1). */
  readonly running: boolean;
  /** Home volume, disk or volume. */
  readonly storageGib: number | undefined;
}

/** Micro-units an hour. */
export interface CostEstimate {
  readonly compute: bigint;
  readonly storage: bigint;
  readonly perHour: bigint;
  /** What was assumed, in words; empty where everything was known. */
  readonly assumptions: readonly string[];
}

/** Hours of the month by which estimates are given. */
export const HOURS_PER_MONTH = 730;
/** The largest disk or volume that there is. */
const MOST_GIB = 16_384;

/**
 * What an hour of something costs: exactly the charge of sixty minutes (BIL-2), for a price per hour in micro-units
 * divides into minutes without a rest by the hour; n hours cost n times that.
 * @throws {RangeError} when something that it can be has no price in this currency.
 */
export function estimateCost(item: CostItem, prices: PriceList, currency: Currency): CostEstimate {
  const assumptions: string[] = [];
  const compute =
    item.running && item.flavor !== null ? computeCost(item, prices, currency, assumptions) : 0n;
  const storage = item.storageGib === 0 ? 0n : storageCost(item, prices, currency, assumptions);
  return { compute, storage, perHour: compute + storage, assumptions };
}

function computeCost(
  { service, region, flavor }: CostItem,
  { flavors }: PriceList,
  currency: Currency,
  assumptions: string[],
): bigint {
  const fitting = flavors.filter((each) => each.services.includes(service));
  const within = fitting.filter((each) => region === undefined || each.region === region);
  const named = within.filter(({ id }) => flavor === undefined || id === flavor);
  const choices = [named, within, fitting].find((each) => each.length > 0) ?? [];
  const [dearest, price] = dearestOf(choices, ({ pricePerHour }) => pricePerHour, currency);
  if (flavor === undefined || choices !== named) {
    const what =
      flavor === undefined ? "its flavor is not known yet" : `there is no flavor ${flavor}`;
    const where = region === undefined ? "" : ` in ${region}`;
    assumptions.push(`${what}${where}: taken as the dearest that fits, ${dearest.id}`);
  } else if (region === undefined && choices.length > 1) {
    assumptions.push(`its region is not known yet: taken as the dearest, ${dearest.region}`);
  }
  return price;
}

function storageCost(
  { region, storageGib }: CostItem,
  { storage }: PriceList,
  currency: Currency,
  assumptions: string[],
): bigint {
  const persistent = storage.filter(({ kind }) => kind === "persistent");
  const within = persistent.filter((each) => region === undefined || each.region === region);
  const choices = within.length > 0 ? within : persistent;
  const [, perGib] = dearestOf(choices, ({ pricePerGibHour }) => pricePerGibHour, currency);
  if (storageGib === undefined)
    assumptions.push(`the size of its storage is not known yet: taken as ${MOST_GIB} GiB`);
  return perGib * BigInt(storageGib ?? MOST_GIB);
}

function dearestOf<Choice>(
  choices: readonly Choice[],
  pricesOf: (choice: Choice) => Flavor["pricePerHour"],
  currency: Currency,
): [Choice, bigint] {
  const priced = choices.flatMap((choice) => {
    const price = pricesOf(choice).find((each) => each.currency === currency);
    return price ? [[choice, parseAmount(price.amount)] as [Choice, bigint]] : [];
  });
  const [first, ...others] = priced;
  // What has no price in this currency may be the dearest.
  if (first === undefined || priced.length < choices.length)
    throw new RangeError(`No price in ${currency} fits.`);
  return others.reduce((dearest, each) => (each[1] > dearest[1] ? each : dearest), first);
}
