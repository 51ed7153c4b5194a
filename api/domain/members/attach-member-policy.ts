import { identityAttachments } from "#db/schema/organizations.ts";
import type { ChangeContext } from "#domain/context.ts";
import { keyOf } from "#domain/ids.ts";
import { presentAttachmentChange } from "#domain/policies/attachment-change.ts";
import { holdPolicy } from "#domain/policies/hold-policy.ts";
import { holdMembership, judgeIdentityChange } from "./identity-change.ts";

/** Attaches a Policy to a membership (POL-2); once is enough. Throws `not_found`. */
export async function attachMemberPolicy(
  ctx: ChangeContext,
  { userId, policyId }: { userId: string; policyId: string },
) {
  const { tx } = ctx;
  const held = await holdMembership(ctx, userId);
  const policy = await holdPolicy(tx, keyOf(policyId));
  const attached = held.policies.some(({ id }) => id === policy.id);
  const after = attached ? held.policies : [...held.policies, policy];
  const change = await judgeIdentityChange(ctx, held, after);
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
