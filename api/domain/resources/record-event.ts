import type { Tx } from "#db/tenant.ts";
import { newId } from "#domain/ids.ts";

/** Adds to what users see of a resource's history (RES-6). */
export function recordEvent(
  tx: Tx,
  resource: { organizationId: string; id: string },
  event: { code: string; message: string },
): void {
  tx.send({
    name: "record event",
    text: "insert into resource_events (id, organization_id, resource_id, at, code, message) values ($1, $2, $3, $4, $5, $6)",
    values: [newId(), resource.organizationId, resource.id, tx.now, event.code, event.message],
  });
}
