import type { OperationId } from "@aifactory/sdk/policy";
import { roleNeeded } from "#domain/access/role-needed.ts";
import type { ReadContext } from "#domain/context.ts";
import { notFound } from "#domain/errors.ts";

/** The Workspaces whose Policies and members the caller may look into; null for all of the Organization (RBAC-1). */
export function managedWorkspaces({ authorization }: ReadContext): string[] | null {
  if (authorization.standing.owner) return null;
  return [...authorization.standing.workspaces].flatMap(([id, role]) =>
    role === "Admin" ? [id] : [],
  );
}

/** Refuses a Workspace that a question names and that the caller does not manage. Throws `not_found`, `forbidden` (RBAC-6). */
export function requireManaged(
  { authorization: { standing } }: ReadContext,
  operation: OperationId,
  workspaceId: string,
): void {
  if (standing.owner) return;
  const role = standing.workspaces.get(workspaceId);
  if (role === undefined) throw notFound("workspace");
  if (role === "Admin") return;
  throw roleNeeded(operation, role, "Admin", "You are a Member of a Workspace that this names.");
}
