import type { WorkHandler } from "#domain/work/types.ts";
import { clusterOf, type ReconcileDependencies } from "./dependencies.ts";
import { nextVolumeStep } from "./next-volume-step.ts";
import { readVolume } from "./read-volume.ts";
import { storeVolume } from "./store-volume.ts";

// What has changed unseen is recorded before it is removed.
const MAX_ROUNDS = 4;
const RETRY_MS = 1000;

/**
 * Makes a volume what it is desired to be (RES-3, RES-5): provisioned, as large as asked for, or gone after the workload
 * that uses it. What was there is recorded before it is removed (BIL-1).
 */
export function reconcileVolume(site: ReconcileDependencies): WorkHandler {
  return async (item, context) => {
    let again: Date | null = null;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const seen = await readVolume(site.database, item.key);
      if (seen === null) return;
      const cluster = clusterOf(site, seen.row.clusterId);
      const { workspaceId, id: volumeId, observedAt } = seen.row;
      const observed = await cluster.observeVolume(workspaceId, volumeId, observedAt !== null);
      const row = await storeVolume(site, context, seen, observed);
      const step = row === null ? null : nextVolumeStep(row, observed, seen.inUse);
      if (step === null) return;
      if (step === "apply") {
        await cluster.applyVolume({ workspaceId, volumeId, sizeGib: row!.sizeGib });
        // What was there may be known only now; for what comes, the watch tells of it.
        if (round > 0) return;
      } else await cluster.deleteVolume(workspaceId, volumeId);
      again = step === "remove" ? new Date(seen.at.getTime() + RETRY_MS) : null;
    }
    // As for a workload: what others change as fast as it is to be removed.
    if (again !== null) return { again };
  };
}
