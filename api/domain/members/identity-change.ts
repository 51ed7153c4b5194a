import type { AccessSubject, NamedPolicy } from "@aifactory/sdk/policy";
import type { ChangeContext } from "#domain/context.ts";
import { boundaryOf, identityPoliciesOf } from "#domain/policies/attached-policies.ts";
import { enabledServices, type AttachmentChange } from "#domain/policies/attachment-change.ts";
import type { PolicyRow } from "#domain/policies/present-policy.ts";
import { refuseNewAccess, type Expectation } from "#domain/policies/refuse-new-access.ts";
import { lockWorkspace } from "#domain/workspaces/lock-workspace.ts";
import { requireMember } from "./find-member.ts";
import { presentMember, type MemberRow } from "./present-member.ts";

/** A membership with its identity policies, alone for this transaction. */
export interface HeldMembership {
  readonly member: MemberRow;
  readonly workspace: { readonly id: string; readonly name: string };
  readonly key: { organizationId: string; workspaceId: string; principalId: string };
  readonly policies: PolicyRow[];
}

/** Locks a membership by its Workspace, so that changes of its Policies come one after the other. Throws `not_found`. */
export async function holdMembership(
  { tx, authorization: { target } }: ChangeContext,
  userId: string,
): Promise<HeldMembership> {
  const workspace = await lockWorkspace(tx, target.id);
  const place = { organizationId: tx.organizationId, workspaceId: workspace.id };
  const member = await requireMember(tx.db, place, userId);
  const key = { ...place, principalId: member.principal.id };
  const attached = await identityPoliciesOf(tx.db, key);
  return { member, workspace, key, policies: attached.map(({ policy }) => policy) };
}

/**
 * What other identity policies would mean for this member, in its role, under the Workspace's boundary. Throws
 * `new_access` when it gains what it was expected not to (POL-8).
 */
export async function judgeIdentityChange(
  { tx, site }: ChangeContext,
  { member, workspace, key, policies }: HeldMembership,
  { after, expect }: { after: readonly NamedPolicy[]; expect: Expectation },
): Promise<AttachmentChange> {
  const subject = {
    role: member.membership.role,
    services: await enabledServices(tx, key.workspaceId),
    boundaries: await boundaryOf(tx.db, key),
    regions: site.catalogue.regionIds,
  } satisfies Omit<AccessSubject, "identityPolicies">;
  const change = {
    before: { ...subject, identityPolicies: policies },
    after: { ...subject, identityPolicies: after },
  };
  refuseNewAccess(expect, [{ ...change, workspace, userId: presentMember(member).userId }]);
  return change;
}
