import type { TenantTx } from "#db/tenant.ts";

// In order of key, so that two of these never wait for each other.
const ENQUEUE = `
  insert into work_items (kind, key, cluster_id, organization_id, due_at, run_after)
  select 'checkIdle', id, cluster_id, organization_id, $3, clock_timestamp() from resources
  where organization_id = $1 and workspace_id = $2 and kind = 'notebook' and desired_state = 'running' and deleted_at is null
  order by id
  on conflict (kind, key) do update set
    due_at = least(work_items.due_at, excluded.due_at), run_after = excluded.run_after,
    revision = work_items.revision + 1, attempts = 0, parked_at = null, last_error = null`;

/** The same for every notebook of a Workspace that is asked to run, in one statement however many there are. */
export async function enqueueIdleChecks(tx: TenantTx, workspaceId: string): Promise<void> {
  await tx.client.query(ENQUEUE, [tx.organizationId, workspaceId, tx.now]);
}
