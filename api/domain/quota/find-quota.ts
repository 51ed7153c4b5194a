import { and, eq } from "drizzle-orm";
import { quotas } from "#db/schema/organizations.ts";
import type { TenantTx } from "#db/tenant.ts";

/** The Quota of a Workspace, if it has one (QUO-1). */
export async function findQuota(tx: TenantTx, workspaceId: string) {
  const [row] = await tx.db
    .select()
    .from(quotas)
    .where(and(eq(quotas.organizationId, tx.organizationId), eq(quotas.workspaceId, workspaceId)));
  return row;
}
