import { reasonOf } from "./status-reasons.ts";
import type { StatusReason } from "./types.ts";

export type VolumeStatus = "CREATING" | "AVAILABLE" | "DELETING" | "FAILED" | "DELETED";

/** What of a volume's row decides its status. */
export interface VolumeState {
  sizeGib: number;
  desiredState: "present" | "deleted";
  /** Null: not provisioned yet. */
  observedSizeGib: number | null;
  /** Set once the cluster was seen to have nothing left of it. */
  deletedAt: Date | null;
}

/** Status and reason of a volume (RES-3, RES-4). */
export function deriveVolumeStatus(volume: VolumeState): {
  status: VolumeStatus;
  reason: StatusReason;
} {
  if (volume.deletedAt !== null) return { status: "DELETED", reason: reasonOf("deleted") };
  if (volume.desiredState === "deleted")
    return { status: "DELETING", reason: reasonOf("deleting") };
  if (volume.observedSizeGib === null)
    return { status: "CREATING", reason: reasonOf("volumePending") };
  const growing = volume.observedSizeGib < volume.sizeGib;
  return { status: "AVAILABLE", reason: reasonOf(growing ? "storageGrowing" : "storageReady") };
}
