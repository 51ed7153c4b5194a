import { remedy } from "@aifactory/sdk/policy";
import { notFound, type DomainError } from "#domain/errors.ts";
import type { PrincipalActor } from "./actor.ts";
import { refusal } from "./refusal.ts";
import { nameOf, type Target } from "./target.ts";

/** A token bound to one Workspace knows nothing of the rest (ID-3). Throws `token_restricted`, `not_found`. */
export function refuseByCredential(actor: PrincipalActor, target: Target): void {
  const { workspaceId } = actor.credential;
  if (workspaceId === null || workspaceId === target.workspaceId) return;
  throw target.workspaceId === null ? tokenRestricted() : notFound(nameOf(target.kind));
}

export function tokenRestricted(): DomainError {
  return refusal(
    "token_restricted",
    "This token works in one Workspace only. Use one that is not bound to a Workspace.",
    { layer: "token", remedy: remedy({ credential: "anyWorkspace" }) },
  );
}
