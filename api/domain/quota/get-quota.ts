import { withTenant } from "#db/tenant.ts";
import type { ReadContext } from "#domain/context.ts";
import { notFound } from "#domain/errors.ts";
import { findQuota } from "./find-quota.ts";
import { presentQuota } from "./present-quota.ts";

/** The Quota of a Workspace and what is spent of it. Throws `not_found` where there is none. */
export async function getQuota({ site, authorization: { target } }: ReadContext) {
  return withTenant(site.database, target.organizationId, async (tx) => {
    const row = await findQuota(tx, target.id);
    if (row === undefined) throw notFound("Quota");
    return presentQuota(tx, row);
  });
}
