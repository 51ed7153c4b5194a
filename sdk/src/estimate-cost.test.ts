import { describe, expect, it } from "vitest";
import { CURRENCIES } from "../../api/domain/billing/units/money.ts";
import { runCost } from "../../api/domain/billing/runs/run-cost.ts";
import { loadCatalogue } from "../../api/domain/catalogue/load.ts";
import { priceList } from "../../api/domain/catalogue/price-list.ts";
import { estimateCost, type CostItem, type PriceList } from "./estimate-cost.ts";

const usd = (amount: string) => [{ amount, currency: "USD" as const }];
const flavor = (
  id: string,
  region: string,
  amount: string,
  services = ["notebook", "container"],
) => ({
  id,
  region,
  services: services as ("notebook" | "container")[],
  pricePerHour: usd(amount),
});
const prices: PriceList = {
  flavors: [
    flavor("small", "hanoi", "0.10", ["notebook"]),
    flavor("gpu", "hanoi", "2.50"),
    flavor("gpu", "tokyo", "3.00"),
    flavor("cluster", "tokyo", "40.00", ["container"]),
  ],
  storage: [
    { region: "hanoi", kind: "persistent", pricePerGibHour: usd("0.0002") },
    { region: "tokyo", kind: "persistent", pricePerGibHour: usd("0.0003") },
    { region: "tokyo", kind: "temporary", pricePerGibHour: usd("9.00") },
  ],
};
const item: CostItem = {
  service: "notebook",
  region: "hanoi",
  flavor: "gpu",
  running: true,
  storageGib: 50,
};
const estimate = (changes: Partial<CostItem>) =>
  estimateCost({ ...item, ...changes }, prices, "USD");

describe("BIL-2 estimateCost", () => {
  it("is the charge of sixty minutes, for every flavor, disk and currency of the shipped catalogue", () => {
    const catalogue = loadCatalogue(null);
    const at = new Date("2026-11-21T00:00:00Z");
    let compared = 0;
    for (const { id, regions, services } of catalogue.flavors) {
      const perHour = catalogue.pricePerHour(id, at);
      for (const region of regions) {
        const perGib = catalogue.storagePricePerGibHour(region, at);
        const list: PriceList = {
          flavors: [{ id, region, services, pricePerHour: priceList(perHour) }],
          storage: [{ region, kind: "persistent", pricePerGibHour: priceList(perGib) }],
        };
        for (const service of services.filter((each) => each !== "inference"))
          for (const currency of CURRENCIES)
            for (const storageGib of [1, 3, 50, 16_384]) {
              const wanted = { service, region, flavor: id, running: true, storageGib };
              const { compute, storage } = estimateCost(wanted, list, currency);
              expect(compute).toBe(runCost(perHour[currency], 60));
              expect(storage).toBe(runCost(perGib[currency] * BigInt(storageGib), 60));
              compared += 1;
            }
      }
    }
    expect(compared).toBeGreaterThan(100);
  });

  it("counts storage alone for what does not run or has no flavor", () => {
    expect(estimate({})).toEqual({
      compute: 2_500_000n,
      storage: 10_000n,
      perHour: 2_510_000n,
      assumptions: [],
    });
    expect(estimate({ running: false }).perHour).toBe(10_000n);
    expect(estimate({ flavor: null }).perHour).toBe(10_000n);
    expect(estimate({ storageGib: 0 }).perHour).toBe(2_500_000n);
  });

  it("takes what is not known for the dearest that it can be, and says so", () => {
    const said = (changes: Partial<CostItem>) => {
      const { perHour, assumptions } = estimate({ storageGib: 0, ...changes });
      return [perHour, ...assumptions];
    };
    expect(said({ flavor: undefined })).toEqual([
      2_500_000n,
      "its flavor is not known yet in hanoi: taken as the dearest that fits, gpu",
    ]);
    // The cluster is no notebook's.
    expect(said({ flavor: undefined, region: undefined })[0]).toBe(3_000_000n);
    expect(said({ service: "container", flavor: undefined, region: undefined })[0]).toBe(
      40_000_000n,
    );
    expect(said({ region: undefined })).toEqual([
      3_000_000n,
      "its region is not known yet: taken as the dearest, tokyo",
    ]);
    expect(said({ flavor: "gpuu" })[1]).toContain("there is no flavor gpuu in hanoi");
    expect(said({ running: false, storageGib: undefined })).toEqual([
      16_384n * 200n,
      "the size of its storage is not known yet: taken as 16384 GiB",
    ]);
  });

  it("refuses to guess where there is no price at all", () => {
    expect(() => estimateCost(item, prices, "VND")).toThrow("No price in VND fits.");
    expect(() => estimateCost(item, { flavors: [], storage: [] }, "USD")).toThrow(RangeError);
    // A flavor that is not known yet may be the one without a price.
    const yen = { ...flavor("yen", "hanoi", "1"), pricePerHour: [] };
    const mixed = { ...prices, flavors: [...prices.flavors, yen] };
    expect(() => estimateCost({ ...item, flavor: undefined }, mixed, "USD")).toThrow(RangeError);
    expect(estimateCost(item, mixed, "USD")).toEqual(estimateCost(item, prices, "USD"));
  });
});
