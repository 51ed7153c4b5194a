import type { AccessSubject, NamedPolicy } from "@aifactory/sdk/policy";
import type { ChangeContext } from "#domain/context.ts";
import { boundaryOf, identityPoliciesOf } from "#domain/policies/attached-policies.ts";
import { enabledServices, type AttachmentChange } from "#domain/policies/attachment-change.ts";
import type { PolicyRow } from "#domain/policies/present-policy.ts";
import { lockWorkspace } from "#domain/workspaces/lock-workspace.ts";
import { requireMember } from "./find-member.ts";
import type { MemberRow } from "./present-member.ts";

/** A membership with its identity policies, alone for this transaction. */
export interface HeldMembership {
  readonly member: MemberRow;
  readonly key: { organizationId: string; workspaceId: string; principalId: string };
  readonly policies: PolicyRow[];
}

/** Locks a membership by its Workspace, so that changes of its Policies come one after the other. Throws `not_found`. */
export async function holdMembership(
  { tx, authorization: { target } }: ChangeContext,
  userId: string,
): Promise<HeldMembership> {
  const { id: workspaceId } = await lockWorkspace(tx, target.id);
  const place = { organizationId: tx.organizationId, workspaceId };
  const member = await requireMember(tx.db, place, userId);
  const key = { ...place, principalId: member.principal.id };
  const attached = await identityPoliciesOf(tx.db, key);
  return { member, key, policies: attached.map(({ policy }) => policy) };
}

/** What other identity policies would mean for this member, in its role, under the Workspace's boundary. */
export async function judgeIdentityChange(
  { tx, site }: ChangeContext,
  { member, key, policies }: HeldMembership,
  after: readonly NamedPolicy[],
): Promise<AttachmentChange> {
  const subject = {
    role: member.membership.role,
    services: await enabledServices(tx, key.workspaceId),
    boundaries: await boundaryOf(tx.db, key),
    regions: site.catalogue.regionIds,
  } satisfies Omit<AccessSubject, "identityPolicies">;
  return {
    before: { ...subject, identityPolicies: policies },
    after: { ...subject, identityPolicies: after },
  };
}
