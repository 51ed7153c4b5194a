import type { Database } from "#db/database.ts";
import { withSystem } from "#db/tenant.ts";
import { recordAudit } from "#domain/audit/record.ts";
import { publicId } from "#domain/ids.ts";
import type { CallerRow } from "./find-caller.ts";

type Token = NonNullable<CallerRow["token"]>;

/**
 * Keeps the last use of an API token, to the minute, so that reads stay reads. The first one is a security-relevant act
 * (AUD-1); of several at once, one is the first.
 */
export async function recordUse(
  database: Database,
  caller: CallerRow,
  token: Token,
): Promise<void> {
  const { rows } = await database.pool.query<{ first: boolean; organizationId: string | null }>(
    `with seen as (select last_used_at is null as never from api_tokens where id = $1),
     used as (
       update api_tokens set last_used_at = clock_timestamp()
       where id = $1 and (last_used_at is null or last_used_at < clock_timestamp() - interval '1 minute')
       returning id
     )
     select seen.never and exists (select from used) as first,
       coalesce((select organization_id from principals where id = $2),
         (select organization_id from workspaces where id = $3)) as "organizationId"
     from seen`,
    [token.id, caller.id, token.workspaceId],
  );
  if (rows[0]?.first) await recordFirstUse(database, caller, token, rows[0].organizationId);
}

/** `organizationId`: of the service account, or of the Workspace that the token is bound to. */
async function recordFirstUse(
  database: Database,
  { id, kind, name, email }: CallerRow,
  token: Token,
  organizationId: string | null,
): Promise<void> {
  await withSystem(database, (tx) =>
    recordAudit(tx, {
      organizationId,
      workspaceId: token.workspaceId,
      actor: { kind, id, name: email ?? name },
      scope: "Organization",
      category: "Principals",
      action: "useToken",
      target: { kind: "token", id: publicId("token", token.id) },
      outcome: "SUCCESS",
    }),
  );
}
