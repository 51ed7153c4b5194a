import {
  denialMessage,
  operationRow,
  type Access,
  type Action,
  type OperationId,
  type OperationRow,
  type Role,
} from "@aifactory/sdk/policy";
import { DomainError, notFound } from "#domain/errors.ts";
import { publicId } from "#domain/ids.ts";
import type { PrincipalActor } from "./actor.ts";
import type { Grants, Standing } from "./grants.ts";
import type { Target } from "./target.ts";

/** The right to do one operation to one target, and what it takes to ask for more. */
export interface Authorization {
  readonly target: Target;
  readonly standing: Standing;
  /** The caller's role where the target is. */
  readonly role: Role;
  readonly owns: boolean;
  /** Compiled access in the target's Workspace; null for what belongs to the Organization. */
  readonly access: Access | null;
}

/**
 * Decides in one place: actor → role table → Services → Policies (POL-3). `region` is that of the target, or for a
 * creation the one asked for. Throws `not_found`, `gone`, `forbidden`, `service_not_enabled`, `policy_denied`.
 */
export async function authorize(
  grants: Grants,
  actor: PrincipalActor,
  operation: OperationId,
  target: Target,
  region: string | null,
): Promise<Authorization> {
  const row = operationRow(operation);
  const standing = await grants.standing(
    actor.principalId,
    target.organizationId,
    target.accessVersion,
  );
  const role = roleAt(standing, target);
  if (role === null) throw notFound(nameOf(target));
  const owns = target.ownerId === null || target.ownerId === actor.principalId;
  const access =
    target.workspaceId === null
      ? null
      : await grants.access(actor.principalId, role, target, target.workspaceId);
  const authorization = { target, standing, role, owns, access };

  refuseByCredential(actor, target);
  if (target.deletedAt !== null) throw goneOrUnknown(authorization, row);
  if (!granted(row, role, owns)) throw refusedByRole(operation, row, authorization);
  if (row.action !== undefined && access !== null)
    requireAction(authorization, row.action as Action, region);
  return authorization;
}

/** Refuses unless the Services and Policies allow `action` in `region` too; null asks for no particular region. */
export function requireAction(
  authorization: Authorization,
  action: Action,
  region: string | null,
): void {
  const { access, owns, target } = authorization;
  if (access === null || region === null || access.decide(action, region, { owns })) return;
  const explanation = access.explain(action, region, { owns });
  const message =
    denialMessage(access, { action, region, owns }, { workspace: target.workspaceName ?? "" }) ??
    "";
  const service = action.slice(0, action.indexOf(":"));
  if (explanation.layer === "service") {
    throw new DomainError(
      "service_not_enabled",
      `The Service "${service}" is not enabled in ${region} in this Workspace. The Owner enables it.`,
      {
        service,
        region,
        layer: "service",
      },
    );
  }
  throw new DomainError("policy_denied", message, {
    action,
    region,
    layer: explanation.layer,
    statements: explanation.statements,
    nearestMiss: explanation.nearestMiss,
  });
}

/** Owner everywhere in the Organization; a Workspace's role in it; of the Organization itself the highest held. */
function roleAt(standing: Standing, target: Target): Role | null {
  if (standing.owner) return "Owner";
  if (target.workspaceId !== null) return standing.workspaces.get(target.workspaceId) ?? null;
  const roles = [...standing.workspaces.values()];
  if (roles.includes("Admin")) return "Admin";
  return roles.length > 0 ? "Member" : null;
}

function granted(row: OperationRow, role: Role, owns: boolean): boolean {
  const grant = row[role];
  return grant === "yes" || (grant === "own" && owns);
}

function refusedByRole(
  operation: OperationId,
  row: OperationRow,
  { target, role, owns }: Authorization,
): DomainError {
  // Whoever may not even read an item is answered as if it did not exist (RBAC-6).
  if (row.shownBy !== undefined && !granted(operationRow(row.shownBy as OperationId), role, owns))
    return notFound(nameOf(target));
  const needed = (["Owner", "Admin", "Member"] as const).filter(
    (candidate) => row[candidate] !== "no",
  );
  const detail =
    row[role] === "own"
      ? `As ${role} you may do this only to what you created.`
      : `This needs the role ${needed.join(" or ")}; you are ${role}.`;
  return new DomainError("forbidden", detail, {
    operation,
    layer: "role",
    role,
    neededRoles: needed,
  });
}

// A token bound to one Workspace knows nothing of the rest (ID-3).
function refuseByCredential(actor: PrincipalActor, target: Target): void {
  const { workspaceId } = actor.credential;
  if (workspaceId === null || workspaceId === target.workspaceId) return;
  throw target.workspaceId === null
    ? new DomainError("token_restricted", "This token works in one Workspace only.", {
        layer: "token",
      })
    : notFound(nameOf(target));
}

function goneOrUnknown({ target, access, owns }: Authorization, row: OperationRow): DomainError {
  const read = target.kind === "volume" ? "container:read" : (`${target.kind}:read` as Action);
  const region = target.region;
  if (
    row.action === undefined ||
    access === null ||
    region === null ||
    !access.decide(read as Action, region, { owns })
  )
    return notFound(nameOf(target));
  const kind = target.kind as "notebook" | "container" | "volume";
  return new DomainError("gone", `This ${kind} was deleted.`, {
    deletedAt: target.deletedAt!.toISOString(),
    replacedBy: target.replacedBy === null ? null : publicId(kind, target.replacedBy),
  });
}

const NAMES: Partial<Record<Target["kind"], string>> = { serviceAccount: "service account" };

function nameOf(target: Target): string {
  return NAMES[target.kind] ?? target.kind;
}
