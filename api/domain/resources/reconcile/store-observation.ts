import { isDeepStrictEqual } from "node:util";
import { withTenant, type TenantTx } from "#db/tenant.ts";
import type { WorkContext } from "#domain/work/types.ts";
import type { ObservedWorkload } from "#ports/cluster.ts";
import { ownVolumes } from "../change-desired.ts";
import { deriveStatus } from "../derive-status.ts";
import { recordEvent } from "../record-event.ts";
import {
  lockView,
  RESOURCE_COLUMNS,
  type ResourceRow,
  type ResourceView,
} from "../resource-view.ts";
import { chargedIntervals, endsToKeep } from "./charged-intervals.ts";
import type { ReconcileDependencies } from "./dependencies.ts";
import { enqueueFollowUps } from "./enqueue-follow-ups.ts";
import type { ResourceSeen } from "./read-resource.ts";
import { recordIntervals } from "./record-intervals.ts";
import { remember } from "./remember.ts";
import { stopBySystem } from "./stop-by-system.ts";

/**
 * Stores what was observed with everything that follows from it, in one transaction under the row's lock: usage runs,
 * the stop of what ended for good, status, events. Returns the row as it is then.
 */
export async function storeObservation(
  { database, catalogue }: ReconcileDependencies,
  context: WorkContext,
  seen: ResourceSeen,
  observed: ObservedWorkload | null,
): Promise<ResourceRow> {
  if (isRecorded(seen.row, observed)) return seen.row;
  return withTenant(database, seen.row.organizationId, async (tx) => {
    const [before] = await Promise.all([lockView(tx, seen.row.id), context.verify(tx)]);
    const { generationEnds: ends, flavor } = before;
    const intervals = chargedIntervals(observed?.intervals ?? [], ends, flavor);
    const latest = await recordIntervals(tx, catalogue, before, intervals, vanishedAt(before, tx));
    const cause = causeOfEnd(before, observed);
    const current = cause === null ? before : await stopBySystem(tx, before, cause);
    const next = { ...current, ...latest };
    return store(tx, before, {
      ...next,
      observed: remember(before.observed, observed),
      observedAt: seen.at,
      generationEnds: endsToKeep(next.generationEnds, observed, next),
    });
  });
}

async function store(tx: TenantTx, before: ResourceView, next: ResourceView): Promise<ResourceRow> {
  const { status, reason } = deriveStatus(next, ownVolumes(next.volumes));
  const { id, observed, observedAt, generationEnds, runningGeneration, runningSince, stoppedAt } =
    next;
  const derived = { status, statusReason: reason, deletedAt: status === "DELETED" ? tx.now : null };
  const stored = tx.client.query<ResourceRow>({
    name: "store observation",
    text: `update resources r
     set observed = $3, observed_at = $4, generation_ends = $5, running_generation = $6, running_since = $7,
       stopped_at = $8, status = $9, status_reason = $10, deleted_at = $11
     where organization_id = $1 and id = $2 returning ${RESOURCE_COLUMNS}`,
    values: [
      tx.organizationId,
      id,
      observed,
      observedAt,
      generationEnds,
      runningGeneration,
      runningSince,
      stoppedAt,
      derived.status,
      derived.statusReason,
      derived.deletedAt,
    ],
  });
  if (reason.code !== before.statusReason.code) recordEvent(tx, next, reason);
  const [{ rows }] = await Promise.all([
    stored,
    enqueueFollowUps(tx, before, { ...next, ...derived }),
  ]);
  return rows[0]!;
}

/** Whether nothing follows from seeing a resource like this. */
export function isRecorded(row: ResourceRow, observed: ObservedWorkload | null): boolean {
  if (row.desiredState === "deleted" && observed === null) return false;
  // Wanted, and not there yet: nothing of it is to be recorded.
  if (row.desiredState === "running" && row.observed === null && observed === null) return true;
  const isVerified = row.observedAt !== null && row.observedAt >= row.desiredAt;
  return isVerified && isDeepStrictEqual(row.observed, remember(row.observed, observed));
}

/** Why a process that is wanted will not run any more; null while it may. */
function causeOfEnd(
  { desiredState, generation }: ResourceRow,
  observed: ObservedWorkload | null,
): "completed" | "failed" | null {
  if (desiredState !== "running" || observed?.generation !== generation) return null;
  if (observed.phase === "exited") return "completed";
  return observed.phase === "failed" ? "failed" : null;
}

// Nobody knows when it went; if it was no longer asked for by then, that is its end.
function vanishedAt({ observed, generation, generationEnds }: ResourceRow, tx: TenantTx): Date {
  const end = generationEnds[observed?.generation ?? generation];
  return end === undefined ? tx.now : new Date(end.endedAt);
}
