import type { TenantTx } from "#db/tenant.ts";
import { selectViews, type ResourceKind, type ResourceView } from "./resource-view.ts";

/** The living resource that carries a client token, if any (IAC-3). */
export async function findLivingByToken(
  tx: TenantTx,
  where: { workspaceId: string; kind: ResourceKind; clientToken: string | undefined },
): Promise<ResourceView | null> {
  if (where.clientToken === undefined) return null;
  const [living] = await selectViews(
    tx.client,
    "by token",
    `where r.organization_id = $1 and r.workspace_id = $2 and r.kind = $3 and r.client_token = $4 and r.deleted_at is null`,
    [tx.organizationId, where.workspaceId, where.kind, where.clientToken],
  );
  return living ?? null;
}
