import { and, eq } from "drizzle-orm";
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import { memberships } from "#db/schema/organizations.ts";
import { principals } from "#db/schema/principals.ts";
import { notFound } from "#domain/errors.ts";
import { keyOf, publicId } from "#domain/ids.ts";
import type { MemberRow } from "./present-member.ts";

interface Place {
  readonly organizationId: string;
  readonly workspaceId: string;
}

/** The membership that a person or service account has in a Workspace; undefined when it has none. */
export async function findMember(
  db: NodePgDatabase,
  { organizationId, workspaceId }: Place,
  userId: string,
): Promise<MemberRow | undefined> {
  const [row] = await db
    .select({ membership: memberships, principal: principals })
    .from(memberships)
    .innerJoin(principals, eq(principals.id, memberships.principalId))
    .where(
      and(
        eq(memberships.organizationId, organizationId),
        eq(memberships.workspaceId, workspaceId),
        eq(memberships.principalId, keyOf(userId)),
      ),
    );
  // The same key under the prefix of the other kind names nobody.
  if (row === undefined || publicId(row.principal.kind, row.principal.id) !== userId)
    return undefined;
  return row;
}

/** Like `findMember`; throws `not_found` when there is no such member. */
export async function requireMember(
  db: NodePgDatabase,
  place: Place,
  userId: string,
): Promise<MemberRow> {
  const member = await findMember(db, place, userId);
  if (member === undefined) throw notFound("member");
  return member;
}
