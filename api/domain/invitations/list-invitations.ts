import { and, asc, eq, gt } from "drizzle-orm";
import { invitations } from "#db/schema/invitations.ts";
import type { ReadContext } from "#domain/context.ts";
import { cursorKey, pageOf, type PageQuery } from "#domain/page.ts";
import { presentInvitation } from "./present-invitation.ts";
import { invitationStatus, readInvitations, type InvitationStatus } from "./read-invitations.ts";

interface Query extends PageQuery {
  status?: InvitationStatus | undefined;
}

/** The invitations of a Workspace, those that came to an end too unless a status is asked for. */
export async function listInvitations(
  { site, authorization: { target } }: ReadContext,
  query: Query,
) {
  const after = cursorKey(query);
  const rows = await readInvitations(site.database.read)
    .where(
      and(
        eq(invitations.organizationId, target.organizationId),
        eq(invitations.workspaceId, target.id),
        query.status === undefined ? undefined : eq(invitationStatus, query.status),
        after === null ? undefined : gt(invitations.id, after),
      ),
    )
    .orderBy(asc(invitations.id))
    .limit(query.limit + 1);
  return pageOf(rows, query, (row) => row.invitation.id, presentInvitation);
}
