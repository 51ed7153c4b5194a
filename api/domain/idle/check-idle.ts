import { isDeepStrictEqual } from "node:util";
import { and, eq } from "drizzle-orm";
import { resources, resourceSecrets } from "#db/schema/resources.ts";
import { withTenant, type TenantTx } from "#db/tenant.ts";
import { clusterOf, type ReconcileDependencies } from "#domain/resources/reconcile/dependencies.ts";
import { readResource } from "#domain/resources/reconcile/read-resource.ts";
import { stopBySystem } from "#domain/resources/reconcile/stop-by-system.ts";
import { lockView, type ResourceRow, type ResourceView } from "#domain/resources/resource-view.ts";
import { recordEvent } from "#domain/resources/record-event.ts";
import type { WorkHandler, WorkOutcome } from "#domain/work/types.ts";
import { ClusterUnavailable, type Activity } from "#ports/cluster.ts";
import { idlenessOf, idleStopInForce } from "./idle-stop.ts";
import { judgeIdle, type Probed, type Verdict } from "./judge-idle.ts";
import { warnOfIdle } from "./warn-of-idle.ts";

const LATER_MS = 5 * 60_000;

/**
 * Probes a notebook with idle stop, and does what follows (RES-9): announces the stop, withdraws it, or stops. The probe comes
 * first; what it means is decided under the row's lock by what the row says then, so any request in between wins. Stays on
 * the list for as long as the notebook is asked to run and its idle stop is in force.
 */
export function checkIdle(site: ReconcileDependencies): WorkHandler {
  return async ({ key }, context) => {
    const seen = await readResource(site.database, key);
    if (seen === null || seen.row.desiredState !== "running") return;
    const { row, at } = seen;
    const activity = await probe(site, row);
    return withTenant(site.database, row.organizationId, async (tx) => {
      const current = await lockView(tx, key);
      await context.verify(tx);
      if (current.desiredState !== "running" || idleStopInForce(current) === null) return;
      if (!isSameRun(row, current)) return { again: new Date(tx.now.getTime() + LATER_MS) };
      return decide(tx, current, { activity, at });
    });
  };
}

async function probe(site: ReconcileDependencies, row: ResourceRow): Promise<Activity | null> {
  const { workspaceId, id, clusterId } = row;
  const [secrets] = await site.database.read
    .select({ accessToken: resourceSecrets.accessToken })
    .from(resourceSecrets)
    .where(eq(resourceSecrets.resourceId, id));
  if (secrets === undefined) return null;
  try {
    return await clusterOf(site, clusterId).observeActivity(workspaceId, id, secrets.accessToken);
  } catch (error) {
    if (error instanceof ClusterUnavailable) return null;
    throw error;
  }
}

function isSameRun(probed: ResourceRow, current: ResourceRow): boolean {
  const isRunning = probed.status === "RUNNING" && current.status === "RUNNING";
  return isRunning && probed.runningSince!.getTime() === current.runningSince!.getTime();
}

async function decide(tx: TenantTx, current: ResourceView, probed: Probed): Promise<WorkOutcome> {
  const verdict = judgeIdle(idlenessOf(current), idleStopInForce(current)!, probed, tx.now);
  if (!isDeepStrictEqual(verdict.idleness, current.idleness)) {
    await tx.db
      .update(resources)
      .set({ idleness: verdict.idleness })
      .where(and(eq(resources.organizationId, tx.organizationId), eq(resources.id, current.id)));
  }
  await act(tx, current, verdict);
  if (verdict.act !== "stop") return { again: verdict.again };
}

async function act(tx: TenantTx, current: ResourceView, verdict: Verdict): Promise<void> {
  switch (verdict.act) {
    case "stop":
      return void (await stopBySystem(tx, current, "idle"));
    case "warn":
      return warnOfIdle(tx, current, verdict.idleness);
    case "withdraw":
      return recordEvent(tx, current, {
        code: "idleWithdrawn",
        message: "It is used again, so it is not stopped.",
      });
    case "tell":
      return recordEvent(tx, current, {
        code: "idleUnknown",
        message: "Whether anybody uses it cannot be told, so it is not stopped for idleness.",
      });
  }
}
