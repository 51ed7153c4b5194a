import type { ChangeContext } from "#domain/context.ts";
import { changeDesired } from "#domain/resources/change-desired.ts";
import { recordEvent } from "#domain/resources/record-event.ts";
import { lockView } from "#domain/resources/resource-view.ts";
import { presentVolume } from "./present-volume.ts";
import { requireStopped } from "./require-stopped.ts";
import { storeVolumeEdit } from "./store-volume-edit.ts";
import { lockVolumeView, readVolumeView } from "./volume-view.ts";

/** Detaches a volume from its stopped container; one that is not attached stays as it is. Throws `invalid_state`. */
export async function detachVolume({ tx, authorization: { target } }: ChangeContext) {
  const { resourceId } = await readVolumeView(tx.db, target);
  if (resourceId === null) return presentVolume(await readVolumeView(tx.db, target));
  const container = await lockView(tx, resourceId);
  const volume = await lockVolumeView(tx, target.id);
  if (volume.resourceId !== container.id) return presentVolume(volume);
  requireStopped(container, "detached from");
  const detached = await storeVolumeEdit(tx, volume, { resourceId: null, mountPath: null });
  recordEvent(tx, container, {
    code: "volumeDetached",
    message: `Volume "${volume.name}" was detached.`,
  });
  await changeDesired(tx, container, {});
  return presentVolume(detached);
}
