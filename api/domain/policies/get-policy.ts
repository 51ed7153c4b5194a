import { and, eq } from "drizzle-orm";
import { policies } from "#db/schema/organizations.ts";
import type { ReadContext } from "#domain/context.ts";
import { notFound } from "#domain/errors.ts";
import { presentPolicy } from "./present-policy.ts";

/** One Policy. */
export async function getPolicy({ site, authorization: { target } }: ReadContext) {
  const [row] = await site.database.read
    .select()
    .from(policies)
    .where(and(eq(policies.organizationId, target.organizationId), eq(policies.id, target.id)));
  if (row === undefined) throw notFound("policy"); // Deleted since it was located.
  return presentPolicy(row);
}
