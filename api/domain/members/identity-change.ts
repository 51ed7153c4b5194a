import type { AccessSubject, NamedPolicy } from "@aifactory/sdk/policy";
import type { ChangeContext } from "#domain/context.ts";
import { boundaryOf, identityPoliciesOf } from "#domain/policies/attached-policies.ts";
import { enabledServices, type AttachmentChange } from "#domain/policies/attachment-change.ts";
import type { PolicyRow } from "#domain/policies/present-policy.ts";
import { refuseNewAccess, type Expectation } from "#domain/policies/refuse-new-access.ts";
import { publicId } from "#domain/ids.ts";
import { lockWorkspace } from "#domain/workspaces/lock-workspace.ts";
import type { Holder, requireHolder } from "./find-holder.ts";
import { requireMember } from "./find-member.ts";

/** A membership with its identity policies, alone for this transaction. */
export interface HeldMembership {
  readonly holder: Holder;
  readonly workspace: { readonly id: string; readonly name: string };
  readonly key: { organizationId: string; workspaceId: string; principalId: string };
  readonly policies: PolicyRow[];
}

/**
 * Locks a membership by its Workspace, so that changes of its Policies come one after the other. `find` says who has one:
 * members, unless it is told otherwise. Throws `not_found`.
 */
export async function holdMembership(
  { tx, authorization: { target } }: ChangeContext,
  userId: string,
  find: typeof requireHolder = memberAlone,
): Promise<HeldMembership> {
  const workspace = await lockWorkspace(tx, target.id);
  const place = { organizationId: tx.organizationId, workspaceId: workspace.id };
  const holder = await find(tx.db, place, userId);
  const key = { ...place, principalId: holder.principal.id };
  const attached = await identityPoliciesOf(tx.db, key);
  return { holder, workspace, key, policies: attached.map(({ policy }) => policy) };
}

/**
 * What other identity policies would mean for this member, in its role, under the Workspace's boundary. Throws
 * `new_access` when it gains what it was expected not to (POL-8).
 */
export async function judgeIdentityChange(
  { tx, site }: ChangeContext,
  { holder, workspace, key, policies }: HeldMembership,
  { after, expect }: { after: readonly NamedPolicy[]; expect: Expectation },
): Promise<AttachmentChange> {
  const subject = {
    role: holder.role,
    services: await enabledServices(tx, key.workspaceId),
    boundaries: await boundaryOf(tx.db, key),
    regions: site.catalogue.regionIds,
  } satisfies Omit<AccessSubject, "identityPolicies">;
  const change = {
    before: { ...subject, identityPolicies: policies },
    after: { ...subject, identityPolicies: after },
  };
  refuseNewAccess(expect, [
    { ...change, workspace, userId: publicId(holder.principal.kind, holder.principal.id) },
  ]);
  return change;
}

async function memberAlone(...where: Parameters<typeof requireMember>): Promise<Holder> {
  const { principal, membership } = await requireMember(...where);
  return { principal, role: membership.role };
}
