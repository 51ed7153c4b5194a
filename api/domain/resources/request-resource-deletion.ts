import type { TenantTx } from "#db/tenant.ts";
import { changeDesired } from "./change-desired.ts";
import { recordEvent } from "./record-event.ts";
import { releaseStorage } from "./release-storage.ts";
import { lockView, type ResourceView } from "./resource-view.ts";

/** Accepts the deletion of a resource and of the storage that dies with it; asked for again it changes nothing. */
export async function requestResourceDeletion(
  tx: TenantTx,
  id: string,
  message: string,
): Promise<ResourceView> {
  const current = await lockView(tx, id);
  if (current.desiredState === "deleted") return current;
  const volumes = await releaseStorage(tx, current);
  recordEvent(tx, current, { code: "deleteRequested", message });
  return changeDesired(
    tx,
    { ...current, volumes },
    { desiredState: "deleted", desiredAt: tx.now, stopCause: null },
  );
}
