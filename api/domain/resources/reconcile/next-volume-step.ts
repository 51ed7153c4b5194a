import type { ObservedVolume } from "#ports/cluster.ts";
import type { VolumeRow } from "./read-volume.ts";

/** The same as `nextStep` for a volume; one that is in use is not removed. */
export function nextVolumeStep(
  row: VolumeRow,
  observed: ObservedVolume | null,
  inUse: boolean,
): "apply" | "remove" | null {
  if (row.desiredState === "deleted") {
    return observed === null || observed.phase === "deleting" || inUse ? null : "remove";
  }
  return observed === null || observed.sizeGib < row.sizeGib ? "apply" : null;
}
