import { operationRow, type OperationId } from "@aifactory/sdk/policy";
import type { AuditScope } from "#db/schema/audit.ts";
import type { Target } from "#domain/access/target.ts";
import { publicId } from "#domain/ids.ts";
import { keyOf } from "#domain/ids.ts";

/** The area of the log that an operation's events belong to (RBAC-5: Admins see Workspace and Service). */
const SCOPES: Record<string, AuditScope> = {
  Billing: "Billing",
  Workspaces: "Workspace",
  Members: "Workspace",
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
  workspaceId?: string;
}

/** Where an event belongs and what it was done to: the thing that was made, or else the target. */
export function auditTarget(operation: OperationId, target: Target | null, response: unknown) {
  const answer = (response ?? {}) as Answer;
  const row = operationRow(operation);
  const made = answer.id;
  const workspace = workspaceOf(target, answer);
  return {
    organizationId:
      target?.organizationId ??
      (answer.organizationId?.startsWith("org_")
        ? keyOf(answer.organizationId)
        : organizationMade(made)),
    workspaceId: workspace,
    target: {
      kind: row.target,
      id: made ?? (target === null ? null : publicId(target.kind, target.id)),
      ...(answer.name === undefined ? {} : { name: answer.name }),
    },
  };
}

function workspaceOf(target: Target | null, answer: Answer): string | null {
  if (target?.workspaceId) return target.workspaceId;
  if (answer.workspaceId?.startsWith("ws_")) return keyOf(answer.workspaceId);
  return answer.id?.startsWith("ws_") ? keyOf(answer.id) : null;
}

function organizationMade(id: string | undefined): string | null {
  return id?.startsWith("org_") ? keyOf(id) : null;
}
