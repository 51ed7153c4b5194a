import { and, eq, isNull } from "drizzle-orm";
import { resources } from "#db/schema/resources.ts";
import type { TenantTx } from "#db/tenant.ts";
import { selectViews, toView, type ResourceKind, type ResourceView } from "./resource-view.ts";

/** The living resource that carries a client token, if any (IAC-3). */
export async function findLivingByToken(
  tx: TenantTx,
  where: { workspaceId: string; kind: ResourceKind; clientToken: string | undefined },
): Promise<ResourceView | null> {
  if (where.clientToken === undefined) return null;
  const [row] = await selectViews(
    tx.db,
    and(
      eq(resources.organizationId, tx.organizationId),
      eq(resources.workspaceId, where.workspaceId),
      eq(resources.kind, where.kind),
      eq(resources.clientToken, where.clientToken),
      isNull(resources.deletedAt),
    ),
  );
  return row === undefined ? null : toView(row);
}
