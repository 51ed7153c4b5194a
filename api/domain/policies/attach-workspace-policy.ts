import { boundaryAttachments } from "#db/schema/organizations.ts";
import type { ChangeContext } from "#domain/context.ts";
import { keyOf } from "#domain/ids.ts";
import { lockWorkspace } from "#domain/workspaces/lock-workspace.ts";
import { boundaryOf } from "./attached-policies.ts";
import { presentAttachmentChange } from "./attachment-change.ts";
import { judgeBoundaryChange } from "./change-boundary.ts";
import { holdPolicy } from "./hold-policy.ts";
import type { Expectation } from "./refuse-new-access.ts";

/**
 * Attaches a Policy to a Workspace's boundary (POL-2); once is enough. Throws `not_found`, `boundary_locked`,
 * `new_access` (POL-8).
 */
export async function attachWorkspacePolicy(
  ctx: ChangeContext,
  { policyId, expect }: { policyId: string; expect?: Expectation },
) {
  const { tx } = ctx;
  const policy = await holdPolicy(tx, keyOf(policyId));
  const workspace = await lockWorkspace(tx, ctx.authorization.target.id);
  const ids = { workspaceId: workspace.id, policyId: policy.id };
  const before = await boundaryOf(tx.db, { organizationId: tx.organizationId, ...ids });
  const attached = before.some(({ id }) => id === policy.id);
  const after = attached ? before : [...before, policy];
  const change = await judgeBoundaryChange(ctx, workspace, { before, after, expect });
  if (!attached) {
    await tx.db
      .insert(boundaryAttachments)
      .values({ organizationId: tx.organizationId, ...ids, createdAt: tx.now });
  }
  return presentAttachmentChange(ids, change);
}
