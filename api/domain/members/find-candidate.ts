import { and, eq, exists, isNull, or, sql } from "drizzle-orm";
import { memberships, organizations } from "#db/schema/organizations.ts";
import { principals } from "#db/schema/principals.ts";
import type { TenantTx } from "#db/tenant.ts";
import { notFound } from "#domain/errors.ts";
import { keyOf, publicId } from "#domain/ids.ts";

export interface Candidate {
  readonly principal: typeof principals.$inferSelect;
  readonly isOwner: boolean;
  /** Its service account, its Owner, or a member of one of its Workspaces (ORG-5). */
  readonly knownHere: boolean;
}

/** Somebody who may become a member: a person of the site, or a service account of this Organization. Throws `not_found`. */
export async function findCandidate(tx: TenantTx, userId: string): Promise<Candidate> {
  const { db, organizationId } = tx;
  const isOwner = exists(
    db
      .select({ one: sql`1` })
      .from(organizations)
      .where(and(eq(organizations.id, organizationId), eq(organizations.ownerId, principals.id))),
  );
  const isMember = exists(
    db
      .select({ one: sql`1` })
      .from(memberships)
      .where(
        and(
          eq(memberships.organizationId, organizationId),
          eq(memberships.principalId, principals.id),
        ),
      ),
  );
  const [row] = await db
    .select({
      principal: principals,
      isOwner: sql<boolean>`${isOwner}`,
      isMember: sql<boolean>`${isMember}`,
    })
    .from(principals)
    .where(
      and(
        eq(principals.id, keyOf(userId)),
        isNull(principals.disabledAt),
        or(eq(principals.kind, "user"), eq(principals.organizationId, organizationId)),
      ),
    );
  if (row === undefined || publicId(row.principal.kind, row.principal.id) !== userId)
    throw notFound("user");
  const { principal } = row;
  const knownHere = row.isOwner || row.isMember || principal.kind === "serviceAccount";
  return { principal, isOwner: row.isOwner, knownHere };
}
