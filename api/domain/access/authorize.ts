import {
  operationRow,
  type Access,
  type Action,
  type OperationId,
  type OperationRow,
  type Role,
} from "@aifactory/sdk/policy";
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import { notFound } from "#domain/errors.ts";
import type { PrincipalActor } from "./actor.ts";
import type { MadeDecision } from "./decisions.ts";
import { goneOrUnknown } from "./gone.ts";
import type { Grants, Standing } from "./grants.ts";
import { refuseByCredential } from "./refuse-by-credential.ts";
import { requireAction } from "./require-action.ts";
import { roleNeeded } from "./role-needed.ts";
import { nameOf, type Target } from "./target.ts";

/** The right to do one operation to one target, and what it takes to ask for more. */
export interface Authorization {
  readonly target: Target;
  readonly standing: Standing;
  /** The caller's role where the target is. */
  readonly role: Role;
  readonly owns: boolean;
  /** Compiled access in the target's Workspace; null for what belongs to the Organization. */
  readonly access: Access | null;
  /** What Services and Policies were asked so far, to be recorded with the change. */
  readonly decisions: MadeDecision[];
}

/** Who asks for what. */
export interface AccessRequest {
  readonly actor: PrincipalActor;
  readonly operation: OperationId;
  readonly target: Target;
}

interface Deciding {
  /** Where the decisions are noted, those of refusals too. */
  readonly decisions?: MadeDecision[];
  /** Reads what is not cached; a transaction must not wait for a second connection. */
  readonly db?: NodePgDatabase;
}

/**
 * Decides in one place: actor → role table → Services → Policies (POL-3). A target without a region (a Workspace that
 * something is created or listed in) is judged region by region later: by `requireAction`, or as a list's filter.
 * Throws `not_found`, `gone`, `forbidden`, `token_restricted`, `service_not_enabled`, `policy_denied`.
 */
export async function authorize(
  grants: Grants,
  { actor, operation, target }: AccessRequest,
  { decisions = [], db }: Deciding = {},
): Promise<Authorization> {
  const row = operationRow(operation);
  const standing = await grants.standing(actor.principalId, target, db);
  const role = roleAt(standing, target);
  if (role === null) throw notFound(nameOf(target.kind));
  const owns = target.ownerId === null || target.ownerId === actor.principalId;
  const access =
    target.workspaceId === null
      ? null
      : await grants.access(actor.principalId, role, { ...target, id: target.workspaceId }, db);
  const authorization = { target, standing, role, owns, access, decisions };

  refuseByCredential(actor, target);
  if (target.deletedAt !== null) throw goneOrUnknown(authorization, row);
  const action = row.action as Action | undefined;
  if (!granted(row, role, owns)) {
    if (action !== undefined && access !== null && target.region !== null)
      decisions.push({ access, question: { action, region: target.region, owns } });
    throw refusedByRole(operation, row, authorization);
  }
  if (action !== undefined && target.region !== null)
    requireAction(authorization, action, target.region);
  return authorization;
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
) {
  // Whoever may not even read an item is answered as if it did not exist (RBAC-6).
  if (row.shownBy !== undefined && !granted(operationRow(row.shownBy as OperationId), role, owns))
    return notFound(nameOf(target.kind));
  const needed = (["Owner", "Admin", "Member"] as const).filter((it) => granted(row, it, owns));
  const message =
    row[role] === "own"
      ? `As ${role} you may do this only to what you created.`
      : `This needs the role ${needed.join(" or ")}; you are ${role}.`;
  return roleNeeded(operation, role, needed, message);
}
