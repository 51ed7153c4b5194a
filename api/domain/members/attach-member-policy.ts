import { identityAttachments } from "#db/schema/organizations.ts";
import type { ChangeContext } from "#domain/context.ts";
import { keyOf } from "#domain/ids.ts";
import { presentAttachmentChange } from "#domain/policies/attachment-change.ts";
import { holdPolicy } from "#domain/policies/hold-policy.ts";
import type { Expectation } from "#domain/policies/refuse-new-access.ts";
import { holdMembership, judgeIdentityChange } from "./identity-change.ts";

/** Attaches a Policy to a membership (POL-2); once is enough. Throws `not_found`, `new_access` (POL-8). */
export async function attachMemberPolicy(
  ctx: ChangeContext,
  { userId, policyId, expect }: { userId: string; policyId: string; expect?: Expectation },
) {
  const { tx } = ctx;
  const policy = await holdPolicy(tx, keyOf(policyId));
  const held = await holdMembership(ctx, userId);
  const attached = held.policies.some(({ id }) => id === policy.id);
  const after = attached ? held.policies : [...held.policies, policy];
  const change = await judgeIdentityChange(ctx, held, { after, expect });
  if (!attached) {
    await tx.db
      .insert(identityAttachments)
      .values({ ...held.key, policyId: policy.id, createdAt: tx.now });
  }
  return presentAttachmentChange(
    { workspaceId: held.key.workspaceId, policyId: policy.id },
    change,
  );
}
