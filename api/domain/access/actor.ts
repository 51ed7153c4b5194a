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
    /** Null: the person's own sign-in. */
    readonly tokenId: string | null;
    readonly readOnly: boolean;
    readonly workspaceId: string | null;
    /** What the issuer vouches for in this very sign-in (ID-2); API tokens carry none. */
    readonly verifiedEmail: string | null;
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
