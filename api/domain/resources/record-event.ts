import { resourceEvents } from "#db/schema/resources.ts";
import type { Tx } from "#db/tenant.ts";
import { newId } from "#domain/ids.ts";

/** Adds to what users see of a resource's history (RES-6). */
export async function recordEvent(
  tx: Tx,
  resource: { organizationId: string; id: string },
  event: { code: string; message: string },
): Promise<void> {
  await tx.db.insert(resourceEvents).values({
    id: newId(),
    organizationId: resource.organizationId,
    resourceId: resource.id,
    at: tx.now,
    ...event,
  });
}
