import type { WorkHandler } from "#domain/work/types.ts";
import type { ObservedWorkload } from "#ports/cluster.ts";
import { isVerifiedGone } from "../derive-status.ts";
import type { ResourceRow } from "../resource-view.ts";
import { buildWorkload } from "./build-workload.ts";
import { clusterOf, type ReconcileDependencies } from "./dependencies.ts";
import { nextStep } from "./next-step.ts";
import { readResource } from "./read-resource.ts";
import { storeObservation } from "./store-observation.ts";

// Each round acts once; what the cluster needs time for comes back through its watch.
const MAX_ROUNDS = 4;
const RETRY_MS = 1000;

/**
 * Makes a notebook or container what it is desired to be (RES-5): observes, records what was observed, then acts. Nothing
 * is removed or replaced before what ran of it is recorded, so no crash loses a charged minute (BIL-1).
 */
export function reconcileResource(site: ReconcileDependencies): WorkHandler {
  return async (item, context) => {
    let again: Date | null = null;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const seen = await readResource(site.database, item.key);
      if (seen === null) return;
      const cluster = clusterOf(site, seen.row.clusterId);
      const { workspaceId, id } = seen.row;
      const look = () => cluster.observeWorkload(workspaceId, id, seen.row.observed);
      let observed = await look();
      if (observed === null && isToBeGone(seen.row)) {
        // A crash may have left parts of it that are not seen without its process: gone is only what was removed.
        await cluster.deleteWorkload(workspaceId, id);
        observed = await look();
      }
      const row = await storeObservation(site, context, seen, observed);
      const step = nextStep(row, observed);
      if (step === null) return;
      again = isOvertaken(step, observed) ? new Date(seen.at.getTime() + RETRY_MS) : null;
      if (step === "remove") {
        await cluster.deleteWorkload(workspaceId, id);
      } else {
        const { volumes, workload } = await buildWorkload(site.database, site.catalogue, row);
        await cluster.applyWorkload(workload, volumes);
        // Where nothing was before, the watch tells what becomes of it.
        if (observed === null) return;
      }
    }
    // Of what others changed as fast as it was to be removed, no news may come.
    if (again !== null) return { again };
  };
}

/** Whether a removal that has to be asked for again is held up by others, and not by a node that does not answer. */
function isOvertaken(step: "apply" | "remove", observed: ObservedWorkload | null): boolean {
  return step === "remove" && observed?.phase !== "lost";
}

function isToBeGone(row: ResourceRow): boolean {
  return row.desiredState !== "running" && !isVerifiedGone(row);
}
