import type { Tx } from "#db/tenant.ts";
import { newId } from "#domain/ids.ts";
import type { Notice } from "./notice.ts";

// One statement however many there are: ticks tell many Organizations at once.
const NOTIFY = `
  with written as (
    insert into notices (id, organization_id, workspace_id, cause, kind, audience, principal_id, recipients, facts, at)
    select id, "organizationId", "workspaceId", cause, kind, audience, "principalId", recipients, facts, $2
    from jsonb_to_recordset($1::jsonb) as given(id uuid, "organizationId" uuid, "workspaceId" uuid, cause text, kind text,
      audience text, "principalId" uuid, recipients text[], facts jsonb)
    on conflict (cause) do nothing returning id, organization_id
  )
  insert into work_items (kind, key, organization_id, due_at, run_after)
  select 'deliverNotice', id, organization_id, $2, clock_timestamp() from written`;

/**
 * Tells people something in the transaction of its cause, each cause once (AUD-3): it is in the API's list with the commit,
 * and channels are served by a work item, in which each of them decides whom it reaches.
 */
export async function notify(tx: Tx, notices: readonly Notice[]): Promise<void> {
  if (notices.length === 0) return;
  const given = notices.map((notice) => ({ id: newId(), ...notice }));
  await tx.client.query(NOTIFY, [JSON.stringify(given), tx.now]);
}
