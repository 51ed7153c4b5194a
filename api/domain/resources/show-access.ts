import { and, eq } from "drizzle-orm";
import { resourceSecrets } from "#db/schema/resources.ts";
import { withTenant } from "#db/tenant.ts";
import { auditActor } from "#domain/access/actor.ts";
import { recordAudit } from "#domain/audit/record.ts";
import type { ReadContext } from "#domain/context.ts";
import { publicId } from "#domain/ids.ts";
import { readView } from "./resource-view.ts";

const ACTS = {
  notebook: { category: "Notebooks", action: "getNotebookAccess" },
  container: { category: "Containers", action: "getContainerAccess" },
} as const;

/**
 * Addresses and access token of a notebook or container (RES-6). Showing the token is an audit event, in a transaction
 * that must commit before anything is shown (AUD-1). Without a running workload there are no addresses.
 */
export async function showAccess(ctx: ReadContext) {
  const { site, actor, requestId, sourceAddress } = ctx;
  const { id, organizationId } = ctx.authorization.target;
  return withTenant(site.database, organizationId, async (tx) => {
    const view = await readView(tx.client, { organizationId, id });
    const [secrets] = await tx.db
      .select({ accessToken: resourceSecrets.accessToken })
      .from(resourceSecrets)
      .where(
        and(eq(resourceSecrets.organizationId, organizationId), eq(resourceSecrets.resourceId, id)),
      );
    await recordAudit(tx, {
      organizationId,
      workspaceId: view.workspaceId,
      actor: auditActor(actor),
      scope: "Service",
      ...ACTS[view.kind],
      target: { kind: view.kind, id: publicId(view.kind, id), name: view.name },
      outcome: "SUCCESS",
      requestId,
      sourceAddress,
    });
    return {
      endpoints: view.observed?.phase === "ready" ? view.observed.endpoints : [],
      accessToken: secrets!.accessToken,
      simulated: site.clusters.get(view.clusterId)?.simulated ?? false,
    };
  });
}
