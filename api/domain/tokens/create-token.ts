import type { SelfChangeContext } from "#domain/context.ts";
import { requireSignIn } from "#domain/principals/require-sign-in.ts";
import { issueToken, type TokenRequest } from "./issue-token.ts";

/**
 * Makes an API token for the person who signed in (ID-3). Not by an API token: one that leaked would breed others, which
 * outlive its revocation. Throws `sign_in_required`, `invalid_input`.
 */
export function createToken({ tx, actor }: SelfChangeContext, request: TokenRequest) {
  requireSignIn(actor, "An API token makes no further tokens.");
  return issueToken(tx, actor.principalId, request);
}
