import { and, eq, sql } from "drizzle-orm";
import { apiTokens } from "#db/schema/principals.ts";
import type { Tx } from "#db/tenant.ts";
import { notFound } from "#domain/errors.ts";
import { keyOf } from "#domain/ids.ts";

/** Revokes an API token of a principal; it works no more from the next request on (ID-3). Throws `not_found`. */
export async function revokeToken(tx: Tx, principalId: string, tokenId: string): Promise<void> {
  const revoked = await tx.db
    .update(apiTokens)
    .set({ revokedAt: sql`coalesce(${apiTokens.revokedAt}, now())` })
    .where(and(eq(apiTokens.principalId, principalId), eq(apiTokens.id, keyOf(tokenId))))
    .returning({ id: apiTokens.id });
  if (revoked.length === 0) throw notFound("token");
}
