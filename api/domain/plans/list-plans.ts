import { withTenant } from "#db/tenant.ts";
import type { Plan } from "#domain/billing/credit/plan.ts";
import type { ReadContext } from "#domain/context.ts";
import { notFound } from "#domain/errors.ts";
import { keyOf } from "#domain/ids.ts";
import { cursorKey, pageOf, type PageQuery } from "#domain/page.ts";
import type { Site } from "#domain/site.ts";
import { showPlans } from "./show-plans.ts";

/** The Organization's billing plans, oldest first, for its Owner. */
export function listPlans({ site, authorization: { target } }: ReadContext, query: PageQuery) {
  return plansOf(site, target.organizationId, query);
}

/** The same for the operator. Throws `not_found`. */
export function listGrantedPlans(
  site: Site,
  { organizationId }: { organizationId: string },
  query: PageQuery,
) {
  return plansOf(site, keyOf(organizationId), query);
}

function plansOf({ database }: Site, organizationId: string, query: PageQuery) {
  return withTenant(database, organizationId, async (tx) => {
    const wallet = await tx.client.query("select from wallets where organization_id = $1", [
      organizationId,
    ]);
    if (!wallet.rowCount) throw notFound("organization");
    const { rows } = await tx.client.query<Plan>(
      "select * from plans where organization_id = $1 and ($2::uuid is null or id > $2) order by id limit $3",
      [organizationId, cursorKey(query), query.limit + 1],
    );
    const page = pageOf(
      rows,
      query,
      ({ id }) => id,
      (row) => row,
    );
    return { ...page, items: await showPlans(tx, page.items) };
  });
}
