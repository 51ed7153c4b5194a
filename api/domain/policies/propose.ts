import type { NamedPolicy } from "@aifactory/sdk/policy";
import type { WorkspaceAccess } from "./workspace-access.ts";

/** A Policy's place: a Workspace's boundary, or with `userId` one of its memberships. */
export interface Place {
  readonly workspaceId: string;
  readonly userId: string | null;
}

/** Policies to be written, and where Policies are to be attached and detached. */
export interface Proposal {
  readonly policies: ReadonlyMap<string, NamedPolicy>;
  readonly attach: readonly (Place & { readonly policy: NamedPolicy })[];
  readonly detach: readonly (Place & { readonly policy: string })[];
}

export const NO_PROPOSAL: Proposal = { policies: new Map(), attach: [], detach: [] };

/** What would be attached in a Workspace if a proposal were saved as a whole. */
export function propose(workspace: WorkspaceAccess, proposal: Proposal): WorkspaceAccess {
  const revised = (attached: readonly NamedPolicy[], userId: string | null): NamedPolicy[] => {
    const here = (place: Place) => place.workspaceId === workspace.id && place.userId === userId;
    const detached = new Set(proposal.detach.filter(here).map(({ policy }) => policy));
    const all = [...attached, ...proposal.attach.filter(here).map(({ policy }) => policy)];
    const byName = new Map(all.map((policy) => [policy.name, policy]));
    return [...byName.values()]
      .filter(({ name }) => !detached.has(name))
      .map((policy) => proposal.policies.get(policy.name) ?? policy);
  };
  return {
    ...workspace,
    boundaries: revised(workspace.boundaries, null),
    members: workspace.members.map((member) => ({
      ...member,
      identityPolicies: revised(member.identityPolicies, member.userId),
    })),
  };
}
