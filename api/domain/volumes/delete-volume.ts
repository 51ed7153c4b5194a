import type { ChangeContext } from "#domain/context.ts";
import { attachedAlready } from "./attach-volume.ts";
import { presentVolume } from "./present-volume.ts";
import { requestVolumeDeletion } from "./request-volume-deletion.ts";
import { lockVolumeView } from "./volume-view.ts";

/** Accepts the deletion of a volume; one that is being deleted already stays as it is. Throws `volume_attached`. */
export async function deleteVolume({ tx, authorization: { target } }: ChangeContext) {
  const current = await lockVolumeView(tx, target.id);
  if (current.desiredState === "deleted") return presentVolume(current);
  if (current.resourceId !== null) throw attachedAlready(current);
  const deleting = await requestVolumeDeletion(tx, current.id);
  return presentVolume({ ...current, ...deleting });
}
