import type { TenantTx } from "#db/tenant.ts";
import { holdWorkspace } from "#domain/workspaces/lock-workspace.ts";
import { lockAdmission } from "#domain/billing/limits/lock-admission.ts";

/**
 * Begins a creation: lets the Organization's admissions in one at a time, so that what was judged stays true until the
 * commit and a client token is seen by the next (BIL-4, IAC-3), and keeps the Workspace. Answers the Organization's shard.
 * Throws `workspace_deleting`.
 */
export async function openAdmission(tx: TenantTx, workspaceId: string): Promise<number> {
  // In this order: creations that shared the Workspace while they queue would keep its Owner from changing it.
  const [shard] = await Promise.all([
    lockAdmission(tx, tx.organizationId),
    holdWorkspace(tx, workspaceId),
  ]);
  return shard;
}
