import { isDeepStrictEqual } from "node:util";
import { and, eq } from "drizzle-orm";
import type { Service } from "@aifactory/sdk/policy";
import { workspaceServices } from "#db/schema/organizations.ts";
import type { ChangeContext } from "#domain/context.ts";
import { holdWorkspace } from "#domain/workspaces/lock-workspace.ts";
import { checkRegions } from "./check-regions.ts";
import { presentService } from "./present-service.ts";

/** Enables a Service in exactly these regions (ORG-4). Throws `invalid_input` for regions that there are not. */
export async function enableService(
  { tx, site, authorization: { target } }: ChangeContext,
  service: Service,
  { regions }: { regions: string[] },
) {
  checkRegions(regions, site.catalogue.regionIds);
  await holdWorkspace(tx, target.id);
  const [current] = await tx.db
    .select()
    .from(workspaceServices)
    .where(
      and(
        eq(workspaceServices.organizationId, tx.organizationId),
        eq(workspaceServices.workspaceId, target.id),
        eq(workspaceServices.service, service),
      ),
    );
  if (!isDeepStrictEqual(current?.regions, regions)) {
    await tx.db
      .insert(workspaceServices)
      .values({ organizationId: tx.organizationId, workspaceId: target.id, service, regions })
      .onConflictDoUpdate({
        target: [workspaceServices.workspaceId, workspaceServices.service],
        set: { regions },
      });
  }
  return presentService(service, regions);
}
