import type { OperationId, Role } from "@aifactory/sdk/policy";
import type { ReadContext } from "#domain/context.ts";
import { notFound } from "#domain/errors.ts";
import { keyOf } from "#domain/ids.ts";
import { requireManaged } from "./require-managed.ts";
import {
  readAccess,
  type MemberAccess,
  type SavedAccess,
  type WorkspaceAccess,
} from "./workspace-access.ts";

/** Somebody in a Workspace, by public ids; nobody in particular without `userId`. */
export interface NamedPrincipal {
  readonly workspaceId: string;
  readonly userId?: string | undefined;
}

interface Found {
  readonly saved: SavedAccess;
  readonly workspace: WorkspaceAccess | null;
  readonly member: (Omit<MemberAccess, "role"> & { readonly role: Role }) | null;
}

/**
 * What a question names of what is saved: a principal with its Workspace, and Policies. Throws `not_found`, `forbidden`
 * for a Workspace that the caller does not manage.
 */
export async function readPrincipal(
  ctx: ReadContext,
  operation: OperationId,
  { principal, policyIds }: { principal: NamedPrincipal | undefined; policyIds: string[] },
): Promise<Found> {
  const workspaceIds = principal === undefined ? [] : [keyOf(principal.workspaceId)];
  for (const id of workspaceIds) requireManaged(ctx, operation, id);
  const userId = principal?.userId;
  const principalIds = userId === undefined ? [] : [keyOf(userId)];
  const { organizationId } = ctx.authorization.target;
  const wanted = { workspaceIds, principalIds, policyIds };
  const saved = await readAccess(ctx.site.database.read, organizationId, wanted);
  if (principal === undefined) return { saved, workspace: null, member: null };
  const workspace = saved.workspaces.at(0);
  if (workspace === undefined) throw notFound("workspace");
  if (userId === undefined) return { saved, workspace, member: null };
  if (userId === saved.ownerId) {
    return { saved, workspace, member: { userId, role: "Owner", identityPolicies: [] } };
  }
  const member = workspace.members.find((it) => it.userId === userId);
  if (member === undefined || member.role === null) throw notFound("member");
  return { saved, workspace, member: { ...member, role: member.role } };
}
