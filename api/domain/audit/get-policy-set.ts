import { and, asc, eq, inArray } from "drizzle-orm";
import { policySets } from "#db/schema/audit.ts";
import type { ReadContext } from "#domain/context.ts";
import { notFound } from "#domain/errors.ts";
import { administeredBy } from "./administered-by.ts";

/** A policy set by its hash; for an Admin, one of the own Workspaces (RBAC-5). Throws `not_found`. */
export async function getPolicySet(
  { site, authorization: { standing, target } }: ReadContext,
  { policySet: hash }: { policySet: string },
) {
  const administered = administeredBy(standing);
  const [row] = await site.database.read
    .select()
    .from(policySets)
    .where(
      and(
        eq(policySets.organizationId, target.organizationId),
        eq(policySets.hash, hash),
        administered === "all" ? undefined : inArray(policySets.workspaceId, administered),
      ),
    )
    .orderBy(asc(policySets.createdAt))
    .limit(1);
  if (row === undefined) throw notFound("policy set");
  return { hash, createdAt: row.createdAt.toISOString(), content: JSON.parse(row.content) };
}
