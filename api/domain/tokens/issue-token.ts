import { sql } from "drizzle-orm";
import { apiTokens } from "#db/schema/principals.ts";
import type { Tx } from "#db/tenant.ts";
import { keyOf, newId } from "#domain/ids.ts";
import { hashSecret, newSecret } from "#domain/principals/secrets.ts";
import { presentToken } from "./present-token.ts";
import { requireReach } from "./require-reach.ts";

export interface TokenRequest {
  name: string;
  expiresInSeconds: number;
  readOnly: boolean;
  workspaceId?: string | undefined;
}

/**
 * Makes an API token for a principal (ID-3). The secret is in this answer only; what is kept is its hash. Throws
 * `invalid_input` for a Workspace that the principal cannot reach.
 */
export async function issueToken(tx: Tx, principalId: string, request: TokenRequest) {
  const workspaceId = request.workspaceId === undefined ? null : keyOf(request.workspaceId);
  if (workspaceId !== null) await requireReach(tx, principalId, workspaceId);
  const secret = newSecret();
  const [row] = await tx.db
    .insert(apiTokens)
    .values({
      id: newId(),
      principalId,
      name: request.name,
      hash: hashSecret(secret),
      readOnly: request.readOnly,
      workspaceId,
      // Machine time: a token's life does not depend on a simulated site's clock.
      createdAt: sql`now()`,
      expiresAt: sql`now() + make_interval(secs => ${request.expiresInSeconds})`,
    })
    .returning();
  return { ...presentToken(row!), token: secret };
}
