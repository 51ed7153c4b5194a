import { withTenant } from "#db/tenant.ts";
import type { WorkHandler } from "#domain/work/types.ts";
import { lockView } from "../resource-view.ts";
import type { ReconcileDependencies } from "./dependencies.ts";
import { readResource } from "./read-resource.ts";
import { stopBySystem } from "./stop-by-system.ts";

/** Stops a container that has run for its maximum running time without a break (RES-7). */
export function stopAtLimit({ database }: ReconcileDependencies): WorkHandler {
  return async (item) => {
    const seen = await readResource(database, item.key);
    if (seen === null) return;
    return withTenant(database, seen.row.organizationId, async (tx) => {
      const current = await lockView(tx, item.key);
      const { desiredState, spec, runningSince, stoppedAt } = current;
      const limit = "maxRunningSeconds" in spec ? spec.maxRunningSeconds : null;
      if (desiredState !== "running" || limit === null) return;
      // When it runs again, that interval's beginning puts it on the list anew.
      if (runningSince === null || stoppedAt !== null) return;
      const end = new Date(runningSince.getTime() + limit * 1000);
      if (end > tx.now) return { again: end };
      await stopBySystem(tx, current, "maximumRunningTime");
    });
  };
}
