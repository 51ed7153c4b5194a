import { and, eq } from "drizzle-orm";
import { boundaryAttachments } from "#db/schema/organizations.ts";
import type { ChangeContext } from "#domain/context.ts";
import { notFound } from "#domain/errors.ts";
import { keyOf } from "#domain/ids.ts";
import { lockWorkspace } from "#domain/workspaces/lock-workspace.ts";
import { boundaryOf } from "./attached-policies.ts";
import { presentAttachmentChange } from "./attachment-change.ts";
import { judgeBoundaryChange } from "./change-boundary.ts";
import type { Expectation } from "./refuse-new-access.ts";

/** Detaches a Policy from a Workspace's boundary. Throws `not_found`, `boundary_locked`, `new_access` (POL-8). */
export async function detachWorkspacePolicy(
  ctx: ChangeContext,
  { policyId, expect }: { policyId: string; expect?: Expectation },
) {
  const { tx } = ctx;
  const workspace = await lockWorkspace(tx, ctx.authorization.target.id);
  const ids = { workspaceId: workspace.id, policyId: keyOf(policyId) };
  const before = await boundaryOf(tx.db, { organizationId: tx.organizationId, ...ids });
  const after = before.filter(({ id }) => id !== ids.policyId);
  if (after.length === before.length) throw notFound("attached policy");
  const change = await judgeBoundaryChange(ctx, workspace, { before, after, expect });
  await tx.db
    .delete(boundaryAttachments)
    .where(
      and(
        eq(boundaryAttachments.organizationId, tx.organizationId),
        eq(boundaryAttachments.workspaceId, workspace.id),
        eq(boundaryAttachments.policyId, ids.policyId),
      ),
    );
  return presentAttachmentChange(ids, change);
}
