import { and, eq } from "drizzle-orm";
import { policies } from "#db/schema/organizations.ts";
import type { TenantTx } from "#db/tenant.ts";
import { notFound } from "#domain/errors.ts";
import type { PolicyRow } from "./present-policy.ts";

// Locks of Policies come before those of Workspaces, and nobody takes two: so an edit can lock every Workspace where
// its Policy is attached, while nothing can be attached anywhere else.

/** The Policy, kept from being edited or deleted until the transaction ends. Throws `not_found`. */
export async function holdPolicy(tx: TenantTx, policyId: string): Promise<PolicyRow> {
  return select(tx, policyId, "share");
}

/** The Policy, alone for this transaction. Throws `not_found`. */
export async function lockPolicy(tx: TenantTx, policyId: string): Promise<PolicyRow> {
  return select(tx, policyId, "update");
}

async function select(
  tx: TenantTx,
  policyId: string,
  strength: "share" | "update",
): Promise<PolicyRow> {
  const [row] = await tx.db
    .select()
    .from(policies)
    .where(and(eq(policies.organizationId, tx.organizationId), eq(policies.id, policyId)))
    .for(strength);
  if (row === undefined) throw notFound("policy");
  return row;
}
