import { createHash } from "node:crypto";
import { and, eq } from "drizzle-orm";
import type { Tx } from "#db/tenant.ts";
import { idempotencyRecords } from "#db/schema/work.ts";
import { DomainError } from "./errors.ts";

export interface IdempotencyClaim {
  principalId: string;
  operation: string;
  key: string;
  /** Path and body of the request. */
  request: string;
}

/**
 * Claims a key in the transaction of the change, or returns the answer that was given before. A second request that
 * arrives while the first is at work waits for it (unique index). Throws `idempotency_key_reused` for another request.
 */
export async function claimIdempotencyKey(
  tx: Tx,
  claim: IdempotencyClaim,
): Promise<{ response: unknown } | null> {
  const requestHash = createHash("sha256").update(claim.request).digest();
  const { principalId, operation, key } = claim;
  const inserted = await tx.db
    .insert(idempotencyRecords)
    .values({ principalId, operation, key, requestHash, createdAt: new Date() })
    .onConflictDoNothing()
    .returning({ key: idempotencyRecords.key });
  if (inserted.length > 0) return null;
  const [known] = await tx.db.select().from(idempotencyRecords).where(identifies(claim));
  if (known === undefined || !known.requestHash.equals(requestHash)) {
    throw new DomainError(
      "idempotency_key_reused",
      "This Idempotency-Key was used for another request. Use a new key for a new request.",
    );
  }
  return { response: known.response };
}

/** Keeps the answer, without its secrets, in the same transaction. */
export async function keepResponse(
  tx: Tx,
  claim: IdempotencyClaim,
  status: number,
  response: unknown,
): Promise<void> {
  await tx.db.update(idempotencyRecords).set({ status, response }).where(identifies(claim));
}

function identifies({ principalId, operation, key }: IdempotencyClaim) {
  return and(
    eq(idempotencyRecords.principalId, principalId),
    eq(idempotencyRecords.operation, operation),
    eq(idempotencyRecords.key, key),
  );
}
