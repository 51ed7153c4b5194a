import type { notices } from "#db/schema/notices.ts";
import type { Tx } from "#db/tenant.ts";

export type NoticeRow = typeof notices.$inferSelect;

/** Verified addresses of whoever is told of a notice now, or those that the Owner named for it; each once. */
export async function addressesOf(tx: Tx, notice: NoticeRow): Promise<string[]> {
  if (notice.recipients !== null) return notice.recipients;
  const { rows } = await tx.client.query<{ email: string }>(
    `select distinct on (lower(p.email)) p.email from principals p
     where p.kind = 'user' and p.email is not null and p.email_verified and p.disabled_at is null
       and (p.id = (select owner_id from organizations where id = $1)
         or ($3 and p.id in (select principal_id from memberships where workspace_id = $2 and role = 'Admin')))
     order by lower(p.email)`,
    [notice.organizationId, notice.workspaceId, notice.audience === "workspace"],
  );
  return rows.map(({ email }) => email);
}
