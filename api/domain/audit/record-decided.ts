import type { Tx } from "#db/tenant.ts";
import { newId } from "#domain/ids.ts";
import type { AuditEntry } from "./record.ts";

const STATEMENT = {
  name: "record a decided change",
  text: `insert into audit_events (id, at, organization_id, workspace_id, actor, scope, category, action, target,
      outcome, reason, details, request_id, source_address)
    select $1::uuid, $2::timestamptz, o.id, $4::uuid, $5::jsonb, $6::text, $7::text, $8::text, $9::jsonb,
      $10::text, $11::text, $12::jsonb, $13::text, $14::text
    from organizations o where o.id = $3::uuid and o.access_version = $15::bigint`,
};

/**
 * Adds the event of a change (AUD-1) if access is still what the change was decided by, and says whether it is. The
 * change holds its locks by now, however long it waited for them; and it costs no further round trip.
 */
export async function recordDecided(
  tx: Tx,
  entry: AuditEntry & { organizationId: string },
  accessVersion: string,
): Promise<boolean> {
  const { rowCount } = await tx.client.query({
    ...STATEMENT,
    values: [
      newId(),
      tx.now,
      entry.organizationId,
      entry.workspaceId,
      JSON.stringify(entry.actor),
      entry.scope,
      entry.category,
      entry.action,
      JSON.stringify(entry.target),
      entry.outcome,
      entry.reason ?? null,
      JSON.stringify(entry.details ?? null),
      entry.requestId ?? null,
      entry.sourceAddress ?? null,
      accessVersion,
    ],
  });
  return rowCount === 1;
}
