import type { Tx } from "#db/tenant.ts";
import { notFound } from "#domain/errors.ts";

/**
 * Lets the Organization's admissions in one at a time: what is judged of balance and Quota after it stays true until
 * the commit (BIL-4, QUO-2). A row of its own, because ticks hold the Wallet.
 */
export async function lockAdmission(tx: Tx, organizationId: string): Promise<void> {
  const { rowCount } = await tx.client.query({
    name: "lock admission",
    text: "select from admissions where organization_id = $1 for update",
    values: [organizationId],
  });
  if (!rowCount) throw notFound("organization");
}
