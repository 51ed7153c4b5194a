import { OPERATIONS, operationRow, type Role } from "@aifactory/sdk/policy";
import type { Operation } from "../../api/contract/operation.ts";
import type { Standing } from "../support/fixture.ts";

/** Null: it succeeds. */
export type Refusal = { readonly status: 401 | 403 | 404; readonly code: string } | null;

const UNAUTHENTICATED: Refusal = { status: 401, code: "unauthenticated" };
const FORBIDDEN: Refusal = { status: 403, code: "forbidden" };
const UNKNOWN: Refusal = { status: 404, code: "not_found" };
const TOKEN_READ_ONLY: Refusal = { status: 403, code: "token_read_only" };
const TOKEN_RESTRICTED: Refusal = { status: 403, code: "token_restricted" };

const SIGN_IN_REQUIRED: Refusal = { status: 403, code: "sign_in_required" };

/** What only a person's own sign-in does (ID-3): a service account has nothing but API tokens. */
const BY_SIGN_IN: ReadonlySet<string> = new Set(["createToken", "acceptInvitation"]);

const OF_ORGANIZATION: ReadonlySet<string> = new Set(["organization", "policy", "serviceAccount"]);

/** What the role table (RBAC-7), RBAC-6 and ID-3 say of one cell; the target is in the Workspace `here`. */
export function expectedRefusal(operation: Operation, actor: Standing): Refusal {
  const { target } = operationRow(operation.id);
  if (operation.open) return null;
  if (actor.kind === "nobody") return UNAUTHENTICATED;
  if (target === "operator") return actor.kind === "operator" ? null : FORBIDDEN;
  if (actor.kind === "operator") return FORBIDDEN;
  if (target === "self") return ofSelf(operation, actor);

  const ofOrganization = OF_ORGANIZATION.has(target);
  const role = ofOrganization ? actor.roleInOrganization : actor.roleHere;
  if (role === null) return UNKNOWN;
  if (ofOrganization && actor.boundTo !== null) return TOKEN_RESTRICTED;
  if (actor.boundTo === "elsewhere") return UNKNOWN;
  if (!isGranted(operation.id, role, actor.owns)) {
    const { shownBy } = operationRow(operation.id);
    const hidden = shownBy !== undefined && !isGranted(shownBy as never, role, actor.owns);
    return hidden ? UNKNOWN : FORBIDDEN;
  }
  if (actor.readOnly && !operation.safe) return TOKEN_READ_ONLY;
  // Service accounts come and go by whoever manages members.
  if (operation.id === "leaveWorkspace" && actor.kind === "serviceAccount") return FORBIDDEN;
  return null;
}

function isGranted(operation: keyof typeof OPERATIONS, role: Role, owns: boolean): boolean {
  const grant = operationRow(operation)[role];
  return grant === "yes" || (grant === "own" && owns);
}

function ofSelf(operation: Operation, actor: Standing): Refusal {
  const changes = !operation.safe;
  if (changes && actor.readOnly) return TOKEN_READ_ONLY;
  if (changes && actor.boundTo !== null) return TOKEN_RESTRICTED;
  // A service account belongs to its Organization; only people own one (ORG-1).
  if (operation.id === "createOrganization" && actor.kind === "serviceAccount") return FORBIDDEN;
  if (BY_SIGN_IN.has(operation.id) && actor.kind === "serviceAccount") return SIGN_IN_REQUIRED;
  return null;
}
