import { and, eq } from "drizzle-orm";
import { principals } from "#db/schema/principals.ts";
import type { ReadContext } from "#domain/context.ts";
import { presentServiceAccount } from "./present-service-account.ts";

/** One service account. */
export async function getServiceAccount({ site, authorization: { target } }: ReadContext) {
  const [row] = await site.database.read
    .select()
    .from(principals)
    .where(and(eq(principals.organizationId, target.organizationId), eq(principals.id, target.id)));
  return presentServiceAccount(row!);
}
