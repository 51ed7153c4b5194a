import type { SelfContext } from "#domain/context.ts";
import { readClock } from "#domain/operator/read-clock.ts";
import type { PageQuery } from "#domain/page.ts";
import { pageOfList } from "./page-of-list.ts";
import { priceList } from "./price-list.ts";

const FREE = { VND: 0n, USD: 0n, JPY: 0n };

/** What a GiB costs for an hour in each region; temporary storage is free (CAT-2). */
export async function listStoragePrices(
  { site }: SelfContext,
  query: PageQuery & { region?: string | undefined },
) {
  const now = await readClock(site.database);
  const { catalogue } = site;
  const regions = catalogue.regionIds.filter(
    (region) => query.region === undefined || region === query.region,
  );
  const persistent = regions.map((region) => ({
    region,
    kind: "persistent" as const,
    prices: catalogue.storagePricePerGibHour(region, now),
  }));
  const temporary = regions.map((region) => ({
    region,
    kind: "temporary" as const,
    prices: FREE,
  }));
  return pageOfList(
    [...persistent, ...temporary],
    query,
    ({ region, kind }) => `${region}:${kind}`,
    ({ region, kind, prices }) => ({ region, kind, pricePerGibHour: priceList(prices) }),
  );
}
