import {
  compileAccess,
  diffAccess,
  type AccessSubject,
  type NamedPolicy,
} from "@aifactory/sdk/policy";
import { publicId } from "#domain/ids.ts";
import { warningsOf, type AttachmentChange } from "./attachment-change.ts";
import { possibleGains } from "./possible-gains.ts";
import type { MemberAccess, WorkspaceAccess } from "./workspace-access.ts";

/** What somebody can do in a Workspace before and after a change; without `userId`, whoever has no identity policies. */
export interface PlacedChange extends AttachmentChange {
  readonly workspace: { readonly id: string; readonly name: string };
  readonly userId: string | null;
}

/**
 * Everybody whom a change of a Workspace's Policies may concern: a Member without identity policies, and those who have
 * some, also where these wait for a return, as whose detachment is judged.
 */
export function pairAccess(
  before: WorkspaceAccess,
  after: WorkspaceAccess,
  regions: readonly string[],
): PlacedChange[] {
  const subject = (
    { services, boundaries }: WorkspaceAccess,
    identityPolicies: readonly NamedPolicy[],
    role: MemberAccess["role"],
  ): AccessSubject => ({ role: role ?? "Member", services, boundaries, identityPolicies, regions });
  const workspace = { id: before.id, name: before.name };
  const bare = {
    workspace,
    userId: null,
    before: subject(before, [], "Member"),
    after: subject(after, [], "Member"),
  };
  const members = before.members.flatMap((member, index) => {
    const had = member.identityPolicies;
    const has = after.members[index]!.identityPolicies;
    if (had.length + has.length === 0) return [];
    const { userId, role } = member;
    return [
      { workspace, userId, before: subject(before, had, role), after: subject(after, has, role) },
    ];
  });
  return [bare, ...members];
}

/** The cells gained and lost and what allows nothing afterwards, of everybody for whom anything changes (POL-6, POL-8). */
export function presentChanges(changes: readonly PlacedChange[]) {
  return changes.flatMap((change) => {
    const { gained, lost } = diffAccess(compileAccess(change.before), compileAccess(change.after));
    if (gained.length + lost.length === 0) return [];
    return [
      {
        ...placeOf(change),
        gained: [...gained],
        lost: [...lost],
        warnings: warningsOf(change.after),
      },
    ];
  });
}

/** Who would gain what, judged as a locked boundary is (POL-8). */
export function newAccessOf(changes: readonly PlacedChange[]) {
  return changes.flatMap((change) => {
    const gained = possibleGains(change);
    return gained.length === 0 ? [] : [{ ...placeOf(change), gained: [...gained] }];
  });
}

function placeOf({ workspace, userId }: PlacedChange) {
  return { workspaceId: publicId("workspace", workspace.id), workspace: workspace.name, userId };
}
