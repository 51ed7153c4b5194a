import type { AuditActor } from "#db/schema/audit.ts";

/** Who asks: a person or a service account, or the site's operator. */
export type Actor = PrincipalActor | OperatorActor;

export interface PrincipalActor {
  readonly kind: "user" | "serviceAccount";
  readonly principalId: string;
  readonly name: string;
  readonly email: string | null;
  /** How it proved itself, and what that restricts (ID-3). */
  readonly credential: {
    readonly tokenId: string | null;
    readonly readOnly: boolean;
    readonly workspaceId: string | null;
  };
}

export interface OperatorActor {
  readonly kind: "operator";
}

/** The actor as the audit log names it. */
export function auditActor(actor: Actor): AuditActor {
  if (actor.kind === "operator") return { kind: "operator", id: null, name: "operator" };
  return { kind: actor.kind, id: actor.principalId, name: actor.email ?? actor.name };
}
