import type { TenantTx } from "#db/tenant.ts";
import { publicId } from "#domain/ids.ts";
import { notify } from "#domain/notices/notify.ts";
import { recordEvent } from "#domain/resources/record-event.ts";
import type { ResourceView } from "#domain/resources/resource-view.ts";
import type { Idleness } from "#domain/resources/types.ts";

/** Announces a stop in the notebook's events and to whoever it belongs to, in one commit with its record (RES-9). */
export async function warnOfIdle(
  tx: TenantTx,
  notebook: ResourceView,
  { idleSince, announced }: Idleness,
): Promise<void> {
  const [since, { stopsAt }] = [idleSince!, announced!];
  recordEvent(tx, notebook, {
    code: "idleWarning",
    message: `Nobody has used it since ${since}. Unless somebody does, it is stopped at ${stopsAt}.`,
  });
  await notify(tx, [
    {
      organizationId: notebook.organizationId,
      workspaceId: notebook.workspaceId,
      kind: "idleWarning",
      cause: `idleWarning:${notebook.id}:${stopsAt}`,
      audience: "person",
      principalId: notebook.ownerId,
      facts: { notebookId: publicId("notebook", notebook.id), idleSince: since, stopsAt },
    },
  ]);
}
