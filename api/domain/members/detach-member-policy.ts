import { and, eq } from "drizzle-orm";
import { identityAttachments } from "#db/schema/organizations.ts";
import type { ChangeContext } from "#domain/context.ts";
import { notFound } from "#domain/errors.ts";
import { keyOf } from "#domain/ids.ts";
import { presentAttachmentChange } from "#domain/policies/attachment-change.ts";
import type { Expectation } from "#domain/policies/refuse-new-access.ts";
import { requireHolder } from "./find-holder.ts";
import { holdMembership, judgeIdentityChange } from "./identity-change.ts";

/** Detaches an identity policy, also one that waits for a return. Throws `not_found`, also for a Policy that is not attached, and `new_access` (POL-8). */
export async function detachMemberPolicy(
  ctx: ChangeContext,
  input: { userId: string; policyId: string; expect?: Expectation },
) {
  const { tx } = ctx;
  const held = await holdMembership(ctx, input.userId, requireHolder);
  const policyId = keyOf(input.policyId);
  const after = held.policies.filter(({ id }) => id !== policyId);
  if (after.length === held.policies.length) throw notFound("attached policy");
  const change = await judgeIdentityChange(ctx, held, { after, expect: input.expect });
  const { organizationId, workspaceId, principalId } = held.key;
  await tx.db
    .delete(identityAttachments)
    .where(
      and(
        eq(identityAttachments.organizationId, organizationId),
        eq(identityAttachments.workspaceId, workspaceId),
        eq(identityAttachments.principalId, principalId),
        eq(identityAttachments.policyId, policyId),
      ),
    );
  return presentAttachmentChange({ workspaceId, policyId }, change);
}
