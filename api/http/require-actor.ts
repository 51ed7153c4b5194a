import { remedy } from "@aifactory/sdk/policy";
import type { Actor, OperatorActor, PrincipalActor } from "#domain/access/actor.ts";
import { tokenRestricted } from "#domain/access/refuse-by-credential.ts";
import { refusal } from "#domain/access/refusal.ts";
import type { AnyOperation } from "./route-context.ts";

/** Throws `forbidden` for the operator. */
export function requirePrincipal(actor: Actor): PrincipalActor {
  if (actor.kind !== "operator") return actor;
  throw refusal(
    "forbidden",
    "The operator’s token works for /v1/operator only. Use that of a person or a service account.",
    { layer: "role", remedy: remedy({ credential: "principal" }) },
  );
}

/** Throws `forbidden` for all but the operator. */
export function requireOperator(actor: Actor): OperatorActor {
  if (actor.kind === "operator") return actor;
  throw refusal("forbidden", "This needs the operator’s token.", {
    layer: "role",
    remedy: remedy({ credential: "operator" }),
  });
}

/** Throws `token_read_only` where a token that may only read asks for a change (ID-3). */
export function refuseReadOnly(actor: PrincipalActor, operation: AnyOperation): void {
  if (!actor.credential.readOnly || operation.safe) return;
  throw refusal("token_read_only", "This token may only read. Use one without that restriction.", {
    layer: "token",
    remedy: remedy({ credential: "readWrite" }),
  });
}

/** Throws `token_restricted` where a token of one Workspace asks for a change outside of every Workspace (ID-3). */
export function refuseWorkspaceToken(actor: PrincipalActor): void {
  if (actor.credential.workspaceId !== null) throw tokenRestricted();
}
