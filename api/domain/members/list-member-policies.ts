import type { ReadContext } from "#domain/context.ts";
import { publicId } from "#domain/ids.ts";
import { identityPoliciesOf } from "#domain/policies/attached-policies.ts";
import { requireHolder } from "./find-holder.ts";

/** The identity policies of a member, or of somebody for whose return they wait, by name (POL-2). Throws `not_found`. */
export async function listMemberPolicies(
  { site, authorization: { target } }: ReadContext,
  { userId }: { userId: string },
) {
  const { read } = site.database;
  const place = { organizationId: target.organizationId, workspaceId: target.id };
  const { principal } = await requireHolder(read, place, userId);
  const attached = await identityPoliciesOf(read, { ...place, principalId: principal.id });
  return {
    items: attached.map(({ policy, attachedAt }) => ({
      policyId: publicId("policy", policy.id),
      name: policy.name,
      createdAt: attachedAt.toISOString(),
    })),
    nextCursor: null,
  };
}
