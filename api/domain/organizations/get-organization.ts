import { eq } from "drizzle-orm";
import { organizations } from "#db/schema/organizations.ts";
import type { ReadContext } from "#domain/context.ts";
import { presentOrganization } from "./present-organization.ts";

/** One Organization. */
export async function getOrganization({ site, authorization: { target } }: ReadContext) {
  const [row] = await site.database.read
    .select()
    .from(organizations)
    .where(eq(organizations.id, target.organizationId));
  return presentOrganization(row!);
}
