import { closeRun } from "#domain/billing/runs/close-run.ts";
import { openRun } from "#domain/billing/runs/open-run.ts";
import type { ReportedRun } from "#domain/billing/runs/usage-run.ts";
import type { Catalogue } from "#domain/catalogue/catalogue.ts";
import type { Tx } from "#db/tenant.ts";
import type { ResourceRow } from "../resource-view.ts";
import type { ChargedInterval } from "./charged-intervals.ts";
import { runPrice } from "./run-price.ts";

const SECOND = 1000;

type Latest = Pick<ResourceRow, "runningGeneration" | "runningSince" | "stoppedAt">;

/**
 * Opens and closes usage runs for the reported intervals, oldest first, from the latest one that the row knows; returns
 * what the row knows then. An open interval of which the cluster knows nothing any more ends at `vanishedAt`, or when the
 * next one began. A cluster may tell whole seconds: what it says to have begun before the one before it ended, or in the
 * same second, is recorded from that end on.
 */
export async function recordIntervals(
  tx: Tx,
  catalogue: Catalogue,
  resource: ResourceRow,
  reported: ChargedInterval[],
  vanishedAt: Date,
): Promise<Latest> {
  const { runningGeneration, runningSince, stoppedAt } = resource;
  let latest: Latest = { runningGeneration, runningSince, stoppedAt };
  const own = findLatest(reported, latest);
  if (own !== undefined) latest.runningGeneration ??= own.generation;
  const later = reported.filter((it) => isAfter(it, latest));
  if (isOpen(latest)) {
    const until = own === undefined ? earlier(later[0]?.since ?? null, vanishedAt) : own.until;
    if (until !== null) latest = await close(tx, resource, latest, until);
  } else if (own?.until && stoppedAt !== null && own.until < stoppedAt) {
    latest = await close(tx, resource, latest, own.until);
  }
  for (const interval of later) {
    const begun = beginning(interval, latest);
    const { generation, until, flavor } = interval;
    if (until !== null && until <= begun) continue;
    // Two Pods at once, which only a late request of a former owner makes: one is charged.
    if (isOpen(latest)) latest = await close(tx, resource, latest, begun);
    await open(tx, catalogue, resource, { generation, since: begun, until, flavor });
    latest = { runningGeneration: generation, runningSince: begun, stoppedAt: until };
  }
  return latest;
}

const isOpen = ({ runningSince, stoppedAt }: Latest): boolean =>
  runningSince !== null && stoppedAt === null;

/**
 * The one that the row knows. It may have been recorded from a later moment on, and may then be told to have ended in the
 * second before that.
 */
function findLatest(reported: ChargedInterval[], latest: Latest): ChargedInterval | undefined {
  const { runningSince } = latest;
  if (runningSince === null) return undefined;
  const own = reported.filter((it) => ofGeneration(it, latest) === 0);
  const begunBefore = own.filter(({ since }) => since < runningSince);
  return (
    own.find(({ since }) => since.getTime() === runningSince.getTime()) ??
    begunBefore.findLast(({ until }) => until === null || until > runningSince) ??
    begunBefore.findLast(
      ({ since }) => isOpen(latest) && runningSince.getTime() - since.getTime() < SECOND,
    )
  );
}

function isAfter(interval: ChargedInterval, latest: Latest): boolean {
  if (latest.runningSince === null) return true;
  const later = ofGeneration(interval, latest);
  return later === 0 ? interval.since > latest.runningSince : later > 0;
}

/** Below, at or above that of the row; where it was not recorded yet, at it. */
function ofGeneration({ generation }: ChargedInterval, { runningGeneration }: Latest): number {
  return generation - (runningGeneration ?? generation);
}

/** Not before the end of the one before it, and not at its beginning either, by which they are told apart. */
function beginning({ since }: ChargedInterval, { runningSince, stoppedAt }: Latest): Date {
  const moments = [since, stoppedAt ?? since, runningSince && new Date(runningSince.getTime() + 1)];
  return new Date(Math.max(...moments.map((it) => it?.getTime() ?? 0)));
}

const earlier = (a: Date | null, b: Date): Date => (a !== null && a < b ? a : b);

async function open(
  tx: Tx,
  catalogue: Catalogue,
  resource: ResourceRow,
  { since, until, flavor }: ChargedInterval,
): Promise<void> {
  const { organizationId, workspaceId, shard, region, id } = resource;
  const run: ReportedRun = {
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
  };
  await openRun(tx, run, (held) => runPrice(held, catalogue.pricePerHour(flavor, since), 1));
}

async function close(
  tx: Tx,
  { shard, id: subjectId }: ResourceRow,
  latest: Latest,
  until: Date,
): Promise<Latest> {
  const since = latest.runningSince!;
  const endedAt = until > since ? until : since;
  await closeRun(tx, { shard, kind: "gpu", subjectId, startedAt: since, endedAt });
  return { ...latest, stoppedAt: endedAt };
}
