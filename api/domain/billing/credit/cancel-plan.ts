import type { Tx } from "#db/tenant.ts";
import { notFound } from "#domain/errors.ts";
import type { Plan } from "./plan.ts";

/** Grants no further period of a plan; credit that was granted stays until its end. Idempotent. Throws `not_found`. */
export async function cancelPlan(tx: Tx, planId: string): Promise<Plan> {
  const { rows } = await tx.client.query<Plan>(
    `update plans set cancelled_at = coalesce(cancelled_at, $2), next_starts_at = null where id = $1 returning *`,
    [planId, tx.now],
  );
  if (!rows[0]) throw notFound("plan");
  return rows[0];
}
