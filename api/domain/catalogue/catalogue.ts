import { parseAmount } from "#domain/billing/units/money.ts";
import type { Service } from "@aifactory/sdk/policy";
import type { Currency, SiteFile } from "./schema.ts";

export type { Currency } from "./schema.ts";

/** Micro-units of each currency for one hour (WAL-5). */
export type Prices = Readonly<Record<Currency, bigint>>;

export type Flavor = SiteFile["flavors"][number];
export type Image = SiteFile["images"][number];
export type Template = SiteFile["templates"][number];
export type Region = SiteFile["regions"][number];

/** What the site offers, from the operator's file (CAT-1). Immutable; prices depend on the moment (CAT-2). */
export class Catalogue {
  readonly site: SiteFile["site"];
  readonly regions: readonly Region[];
  readonly flavors: readonly Flavor[];
  readonly images: readonly Image[];
  readonly templates: readonly Template[];
  readonly #file: SiteFile;

  constructor(file: SiteFile) {
    this.#file = file;
    this.site = file.site;
    this.regions = file.regions;
    this.flavors = file.flavors;
    this.images = file.images;
    this.templates = file.templates;
  }

  get regionIds(): string[] {
    return this.regions.map((region) => region.id);
  }

  region(id: string): Region | undefined {
    return this.regions.find((region) => region.id === id);
  }

  flavor(id: string): Flavor | undefined {
    return this.flavors.find((flavor) => flavor.id === id);
  }

  image(id: string): Image | undefined {
    return this.images.find((image) => image.id === id);
  }

  /** The OCI reference behind a name: of the catalogue's image for the Service, or else the name itself is one. */
  imageReference(service: Service, name: string): string {
    const image = this.image(name);
    return image?.service === service ? image.reference : name;
  }

  template(id: string): Template | undefined {
    return this.templates.find((template) => template.id === id);
  }

  /** Throws when the operator's file no longer has the flavor: a running resource must not be charged nothing. */
  pricePerHour(flavorId: string, at: Date): Prices {
    const flavor = this.flavor(flavorId);
    if (flavor === undefined)
      throw new Error(`the site file has no flavor "${flavorId}", which a resource uses`);
    return pricesAt(flavor.prices, at);
  }

  storagePricePerGibHour(region: string, at: Date): Prices {
    const entry = this.#file.storage.find((candidate) => candidate.regions.includes(region));
    if (entry === undefined)
      throw new Error(`the site file has no storage price for region "${region}"`);
    return pricesAt(entry.prices, at);
  }

  /** Every price of every flavor, and of a GiB in every region. */
  get priceList(): DatedPrice[] {
    const flavors = this.flavors.flatMap(({ id, prices }) => datedPrices("gpu", id, prices));
    const regions = this.regionIds.flatMap((region) => {
      const entry = this.#file.storage.find(({ regions: of }) => of.includes(region))!;
      return datedPrices("storage", region, entry.prices);
    });
    return [...flavors, ...regions];
  }

  /** Micro-units of each currency for one US dollar, each with the moment from which it holds. */
  get exchangeRateList(): { from: Date; rates: Prices }[] {
    return this.#file.exchangeRates.map((entry) => ({
      from: startOf(entry),
      rates: ratesOf(entry),
    }));
  }
}

/** What a flavor, or a GiB in a region, costs per hour from a moment on (CAT-2). */
export interface DatedPrice {
  kind: "gpu" | "storage";
  item: string;
  from: Date;
  prices: Prices;
}

type PriceList = SiteFile["flavors"][number]["prices"];

const datedPrices = (kind: DatedPrice["kind"], item: string, list: PriceList): DatedPrice[] =>
  list.map((entry) => ({ kind, item, from: startOf(entry), prices: amountsOf(entry) }));

const startOf = ({ effectiveFrom }: { effectiveFrom?: string | undefined }): Date =>
  new Date(effectiveFrom ?? 0);

const ratesOf = ({ VND, JPY }: SiteFile["exchangeRates"][number]): Prices => ({
  USD: 1_000_000n,
  VND: parseAmount(VND),
  JPY: parseAmount(JPY),
});

function pricesAt(list: PriceList, at: Date): Prices {
  return amountsOf(effectiveAt(list, at));
}

const amountsOf = ({ VND, USD, JPY }: PriceList[number]): Prices => ({
  VND: parseAmount(VND),
  USD: parseAmount(USD),
  JPY: parseAmount(JPY),
});

/** The last entry that is in effect; the schema makes sure that they are in order, and that the first always is. */
function effectiveAt<T extends { effectiveFrom?: string | undefined }>(
  list: readonly T[],
  at: Date,
): T {
  return list.findLast((entry) => startOf(entry) <= at) ?? list[0]!;
}

/** True when a flavor can be used for the Service in the region. */
export function flavorFits(flavor: Flavor, service: Service, region: string): boolean {
  return flavor.services.includes(service) && flavor.regions.includes(region);
}
