import type { SelfContext } from "#domain/context.ts";
import { readClock } from "#domain/operator/read-clock.ts";
import type { PageQuery } from "#domain/page.ts";
import { pageOfList } from "./page-of-list.ts";
import { priceList } from "./price-list.ts";
import { availableIn, readStock } from "./stock.ts";

/** Every flavor in every region that has it, with price and stock (CAT-2, CAT-3). */
export async function listFlavors(
  { site }: SelfContext,
  query: PageQuery & { region?: string | undefined },
) {
  const { catalogue, database } = site;
  const [now, stock] = await Promise.all([
    readClock(database),
    readStock(site, database.pool, [...site.clusters.values()]),
  ]);
  const offers = catalogue.flavors.flatMap((flavor) =>
    flavor.regions
      .filter((region) => query.region === undefined || region === query.region)
      .map((region) => ({ flavor, region })),
  );
  return pageOfList(
    offers,
    query,
    ({ flavor, region }) => `${flavor.id}:${region}`,
    ({ flavor, region }) => {
      const available = availableIn(stock, flavor, region);
      return {
        id: flavor.id,
        region,
        services: flavor.services,
        gpu: flavor.gpu,
        vcpu: flavor.vcpu,
        memoryGib: flavor.memoryGib,
        pricePerHour: priceList(catalogue.pricePerHour(flavor.id, now)),
        available,
        status: available > 0 ? ("Available" as const) : ("Out of stock" as const),
      };
    },
  );
}
