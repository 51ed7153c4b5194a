import { eq, sql } from "drizzle-orm";
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import { invitations } from "#db/schema/invitations.ts";
import { memberships, organizations, workspaces } from "#db/schema/organizations.ts";
import { principals } from "#db/schema/principals.ts";

export type InvitationStatus = "PENDING" | "ACCEPTED" | "REVOKED" | "EXPIRED";

export interface InvitationView {
  readonly invitation: typeof invitations.$inferSelect;
  readonly inviterKind: "user" | "serviceAccount";
  readonly status: InvitationStatus;
}

// ORG-5, judged now: what somebody may no longer make is void, however the role was lost.
const stands = sql`exists (
  select from ${workspaces} w join ${organizations} o on o.id = w.organization_id
  where w.id = ${invitations.workspaceId} and w.deleting_since is null and w.deleted_at is null
    and (o.owner_id = ${invitations.invitedBy} or ${invitations.role} = 'Member' and exists (
      select from ${memberships} m where m.workspace_id = w.id and m.principal_id = ${invitations.invitedBy} and m.role = 'Admin')))`;

/** What has become of an invitation, by site time. */
export const invitationStatus = sql<InvitationStatus>`case
  when ${invitations.acceptedAt} is not null then 'ACCEPTED'
  when ${invitations.expiresAt} <= coalesce(${invitations.revokedAt}, site_now()) then 'EXPIRED'
  when ${invitations.revokedAt} is not null or not ${stands} then 'REVOKED'
  else 'PENDING' end`;

/** Invitations with what has become of them; the caller says which. */
export function readInvitations(db: NodePgDatabase) {
  return db
    .select({
      invitation: invitations,
      inviterKind: principals.kind,
      status: invitationStatus,
    })
    .from(invitations)
    .innerJoin(principals, eq(principals.id, invitations.invitedBy))
    .$dynamic();
}
