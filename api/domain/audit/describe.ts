import { operationRow, type OperationId } from "@aifactory/sdk/policy";
import { ID_PREFIXES } from "#contract/ids.ts";
import type { AuditScope } from "#db/schema/audit.ts";
import type { Target } from "#domain/access/target.ts";
import { keyOf, publicId } from "#domain/ids.ts";

/** The area of the log that an operation's events belong to (RBAC-5: Admins see Workspace and Service). */
const SCOPES: Record<string, AuditScope> = {
  Billing: "Billing",
  Workspaces: "Workspace",
  Members: "Workspace",
  Invitations: "Workspace",
  Quota: "Workspace",
  Notebooks: "Service",
  Containers: "Service",
  Volumes: "Service",
};

export function auditScopeOf(operation: { id: OperationId; tag: string }): AuditScope {
  // Attaching a Policy to a Workspace is the Workspace's affair; writing one is the Organization's.
  if (operation.tag === "Policies")
    return operationRow(operation.id).target === "workspace" ? "Workspace" : "Organization";
  return SCOPES[operation.tag] ?? "Organization";
}

interface Answer {
  id?: string;
  name?: string;
  organizationId?: string;
  workspaceId?: string | null;
}

/** Where an event belongs, and what it was done to: what was made, or what the path names last. */
export function auditTarget(
  operation: OperationId,
  target: Target | null,
  params: Record<string, string>,
  response: unknown,
) {
  const answer = (response ?? {}) as Answer;
  const id = answer.id ?? Object.values(params).at(-1) ?? null;
  return {
    organizationId: target?.organizationId ?? keyIn("organization", answer.organizationId, id),
    workspaceId: target?.workspaceId ?? keyIn("workspace", answer.workspaceId, id),
    target: {
      kind: kindOf(id) ?? operationRow(operation).target,
      id: id ?? (target === null ? null : publicId(target.kind, target.id)),
      ...(answer.name === undefined ? {} : { name: answer.name }),
    },
  };
}

/** The key of the first that is an id of this kind. */
function keyIn(
  kind: "organization" | "workspace",
  ...ids: (string | null | undefined)[]
): string | null {
  const found = ids.find((id) => typeof id === "string" && kindOf(id) === kind);
  return found ? keyOf(found) : null;
}

const KINDS = new Map(Object.entries(ID_PREFIXES).map(([kind, prefix]) => [prefix, kind]));

function kindOf(id: string | null): string | undefined {
  return id === null ? undefined : KINDS.get(id.slice(0, id.lastIndexOf("_")) as never);
}
