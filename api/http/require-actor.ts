import type { Actor, OperatorActor, PrincipalActor } from "#domain/access/actor.ts";
import { DomainError } from "#domain/errors.ts";
import type { AnyOperation } from "./route-context.ts";

/** Throws `forbidden` for the operator. */
export function requirePrincipal(actor: Actor): PrincipalActor {
  if (actor.kind !== "operator") return actor;
  throw new DomainError("forbidden", "The operator’s token works for /v1/operator only.", {
    layer: "role",
  });
}

/** Throws `forbidden` for all but the operator. */
export function requireOperator(actor: Actor): OperatorActor {
  if (actor.kind === "operator") return actor;
  throw new DomainError("forbidden", "This needs the operator’s token.", { layer: "role" });
}

/** Throws `token_read_only` where a token that may only read asks for a change (ID-3). */
export function refuseReadOnly(actor: PrincipalActor, operation: AnyOperation): void {
  if (!actor.credential.readOnly || operation.method === "get") return;
  throw new DomainError("token_read_only", "This token may only read.", { layer: "token" });
}

/** Throws `token_restricted` where a token of one Workspace asks for a change outside of every Workspace (ID-3). */
export function refuseWorkspaceToken(actor: PrincipalActor): void {
  if (actor.credential.workspaceId === null) return;
  throw new DomainError("token_restricted", "This token works in one Workspace only.", {
    layer: "token",
  });
}
