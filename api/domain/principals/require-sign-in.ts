import { remedy } from "@aifactory/sdk/policy";
import type { PrincipalActor } from "#domain/access/actor.ts";
import { refusal } from "#domain/access/refusal.ts";

/** Refuses API tokens where only a person's own sign-in will do (ID-3). Throws `sign_in_required`. */
export function requireSignIn({ kind, credential }: PrincipalActor, reason: string): void {
  if (kind === "user" && credential.tokenId === null) return;
  throw refusal(
    "sign_in_required",
    `${reason} Sign in as a person and use the token of that sign-in.`,
    { layer: "token", remedy: remedy({ credential: "signIn" }) },
  );
}
