import { pageOfList } from "#domain/catalogue/page-of-list.ts";
import type { OperatorContext } from "#domain/context.ts";
import type { PageQuery } from "#domain/page.ts";
import { failingClusters } from "./failing-clusters.ts";
import { presentFailures } from "./present-failures.ts";

/** The failures on demand that still strike, of all regions. */
export async function listFailures({ site }: OperatorContext, query: PageQuery) {
  const lists = await Promise.all(failingClusters(site).map((cluster) => cluster.listFailures()));
  const failures = await presentFailures(site, site.database.read, lists.flat());
  return pageOfList(
    failures,
    query,
    ({ id }) => id,
    (failure) => failure,
  );
}
