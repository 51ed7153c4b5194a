import { and, eq } from "drizzle-orm";
import type { Service } from "@aifactory/sdk/policy";
import { workspaceServices } from "#db/schema/organizations.ts";
import type { ChangeContext } from "#domain/context.ts";

/**
 * Disables a Service, whether or not it was enabled: what exists can still be read, stopped and deleted, for it costs
 * money (ORG-4).
 */
export async function disableService(
  { tx, authorization: { target } }: ChangeContext,
  service: Service,
): Promise<void> {
  await tx.db
    .delete(workspaceServices)
    .where(
      and(
        eq(workspaceServices.organizationId, tx.organizationId),
        eq(workspaceServices.workspaceId, target.id),
        eq(workspaceServices.service, service),
      ),
    );
}
