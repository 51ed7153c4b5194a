import { closeRun } from "#domain/billing/runs/close-run.ts";
import { openRun } from "#domain/billing/runs/open-run.ts";
import type { Catalogue } from "#domain/catalogue/catalogue.ts";
import type { Tx } from "#db/tenant.ts";
import type { ResourceRow } from "../resource-view.ts";
import type { ChargedInterval } from "./charged-intervals.ts";
import { runPrice } from "./run-price.ts";

type Latest = Pick<ResourceRow, "runningSince" | "stoppedAt">;

/**
 * Opens and closes usage runs for the reported intervals, oldest first, from the latest one that the row knows; returns
 * what the row knows then. An open interval of which the cluster knows nothing any more ends at `vanishedAt`, or when the
 * next one began.
 */
export async function recordIntervals(
  tx: Tx,
  catalogue: Catalogue,
  resource: ResourceRow,
  reported: ChargedInterval[],
  vanishedAt: Date,
): Promise<Latest> {
  let latest: Latest = { runningSince: resource.runningSince, stoppedAt: resource.stoppedAt };
  const { runningSince } = latest;
  const intervals = reported.map((it) => asRecorded(it, runningSince));
  const known = intervals.some((it) => it.since.getTime() === runningSince?.getTime());
  if (runningSince !== null && latest.stoppedAt === null && !known) {
    const next = intervals.find((it) => it.since > runningSince)?.since;
    const until = next !== undefined && next < vanishedAt ? next : vanishedAt;
    latest = await close(tx, resource, runningSince, until);
  }
  for (const { since, until, flavor } of intervals) {
    const before = latest.runningSince;
    if (before !== null && since < before) continue;
    if (before?.getTime() === since.getTime()) {
      const ends = until !== null && (latest.stoppedAt === null || until < latest.stoppedAt);
      if (ends) latest = await close(tx, resource, since, until);
    } else {
      const begun = later(since, latest.stoppedAt);
      if (until !== null && until <= begun) continue;
      await open(tx, catalogue, resource, { since: begun, until, flavor });
      latest = { runningSince: begun, stoppedAt: until };
    }
  }
  return latest;
}

/** A cluster that tells whole seconds may say that one began before the one before it ended; it is recorded from then on. */
function asRecorded(interval: ChargedInterval, runningSince: Date | null): ChargedInterval {
  const { since, until } = interval;
  const isKnown =
    runningSince !== null && since < runningSince && (until === null || until > runningSince);
  return isKnown ? { ...interval, since: runningSince } : interval;
}

const later = (a: Date, b: Date | null): Date => (b !== null && b > a ? b : a);

async function open(
  tx: Tx,
  catalogue: Catalogue,
  resource: ResourceRow,
  { since, until, flavor }: ChargedInterval,
): Promise<void> {
  const { organizationId, workspaceId, shard, region, id } = resource;
  await openRun(tx, {
    organizationId,
    workspaceId,
    shard,
    service: resource.kind,
    kind: "gpu",
    resourceId: id,
    volumeId: null,
    region,
    product: flavor,
    quantity: 1,
    startedAt: since,
    endedAt: until,
    ...(await runPrice(tx, resource, catalogue.pricePerHour(flavor, since), 1)),
  });
}

async function close(tx: Tx, resource: ResourceRow, since: Date, until: Date): Promise<Latest> {
  const endedAt = until > since ? until : since;
  const { shard, id: subjectId } = resource;
  await closeRun(tx, { shard, kind: "gpu", subjectId, startedAt: since, endedAt });
  return { runningSince: since, stoppedAt: endedAt };
}
