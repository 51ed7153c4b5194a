import { and, eq, exists, sql } from "drizzle-orm";
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import { identityAttachments } from "#db/schema/organizations.ts";
import { principals } from "#db/schema/principals.ts";
import { notFound } from "#domain/errors.ts";
import { keyOf, publicId } from "#domain/ids.ts";
import { findMember } from "./find-member.ts";

/** Somebody who has identity policies in a Workspace, or may get them. */
export interface Holder {
  readonly principal: typeof principals.$inferSelect;
  /** Of the membership; without one, that of a plain return. */
  readonly role: "Admin" | "Member";
}

/** A member, or somebody who was one and whose Policies wait for the return (POL-2). Throws `not_found`. */
export async function requireHolder(
  db: NodePgDatabase,
  place: { organizationId: string; workspaceId: string },
  userId: string,
): Promise<Holder> {
  const member = await findMember(db, place, userId);
  if (member !== undefined) return { principal: member.principal, role: member.membership.role };
  const waiting = db
    .select({ one: sql`1` })
    .from(identityAttachments)
    .where(
      and(
        eq(identityAttachments.organizationId, place.organizationId),
        eq(identityAttachments.workspaceId, place.workspaceId),
        eq(identityAttachments.principalId, principals.id),
      ),
    );
  const [principal] = await db
    .select()
    .from(principals)
    .where(and(eq(principals.id, keyOf(userId)), exists(waiting)));
  if (principal === undefined || publicId(principal.kind, principal.id) !== userId)
    throw notFound("member");
  return { principal, role: "Member" };
}
