import type { notices } from "#db/schema/notices.ts";
import type { Tx } from "#db/tenant.ts";

export type NoticeRow = typeof notices.$inferSelect;

// One person is told as long as they belong to the Workspace and can be reached; else those who run it are.
const REACHED = `
  with people as (
    select owner_id as id, 'Owner' as role from organizations where id = $1
    union all select principal_id, role from memberships where workspace_id = $2
  ), reachable as (
    select id, role, email from people join principals p using (id)
    where p.kind = 'user' and p.email is not null and p.email_verified and p.disabled_at is null
  ), person as (
    select email from reachable where id = $4
  )
  select distinct on (lower(email)) email from (
    select email from person
    union all
    select email from reachable where (role = 'Owner' or ($3 and role = 'Admin')) and not exists (select from person)
  ) as reached order by lower(email)`;

/** Verified addresses of whoever is told of a notice now, or those that the Owner named for it; each once. */
export async function addressesOf(tx: Tx, notice: NoticeRow): Promise<string[]> {
  if (notice.recipients !== null) return notice.recipients;
  const { organizationId, workspaceId, audience, principalId } = notice;
  const { rows } = await tx.client.query<{ email: string }>(REACHED, [
    organizationId,
    workspaceId,
    audience !== "owner",
    principalId,
  ]);
  return rows.map(({ email }) => email);
}
