import type { MountedVolume } from "./resource-view.ts";

/** All the persistent storage that a resource has, in GiB. */
export function storageGib(volumes: readonly MountedVolume[]): number {
  return volumes.reduce((sum, volume) => sum + volume.sizeGib, 0);
}
