import type { HourlyUse } from "#domain/billing/limits/admit-charge.ts";
import type { Currency } from "#domain/billing/units/money.ts";
import type { Catalogue } from "./catalogue.ts";

/** Micro-units that an hour of a flavor and of persistent storage costs at a moment (BIL-4). */
export function hourlyCost(catalogue: Catalogue, at: Date) {
  return ({ region, flavor, storageGib }: HourlyUse, currency: Currency): bigint => {
    // A region or flavor that the operator withdrew meanwhile promises nothing more.
    const known = catalogue.region(region) !== undefined;
    const storage = known ? catalogue.storagePricePerGibHour(region, at)[currency] : 0n;
    const offered = flavor !== null && catalogue.flavor(flavor) !== undefined;
    const running = offered ? catalogue.pricePerHour(flavor, at)[currency] : 0n;
    return running + storage * BigInt(storageGib);
  };
}
