import type { Tx } from "#db/tenant.ts";
import { notFound } from "#domain/errors.ts";

/**
 * Lets the Organization's admissions in one at a time: what is judged of balance and Quota after it stays true until
 * the commit (BIL-4, QUO-2). A row of its own, because ticks hold the Wallet. Answers the Organization's shard.
 */
export async function lockAdmission(tx: Tx, organizationId: string): Promise<number> {
  const { rows } = await tx.client.query<{ shard: number }>({
    name: "lock admission",
    text: `select o.shard from admissions a join organizations o on o.id = a.organization_id
     where a.organization_id = $1 for update of a`,
    values: [organizationId],
  });
  if (rows[0] === undefined) throw notFound("organization");
  return rows[0].shard;
}
