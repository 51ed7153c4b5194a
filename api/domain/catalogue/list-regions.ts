import type { SelfContext } from "#domain/context.ts";
import type { PageQuery } from "#domain/page.ts";
import { pageOfList } from "./page-of-list.ts";

/** The site's regions (CAT-1). */
export async function listRegions({ site }: SelfContext, query: PageQuery) {
  const simulated = new Set(
    [...site.clusters.values()].filter((it) => it.simulated).map((it) => it.region),
  );
  return pageOfList(
    site.catalogue.regions,
    query,
    ({ id }) => id,
    ({ id, name, country }) => ({ id, name, country, simulated: simulated.has(id) }),
  );
}
