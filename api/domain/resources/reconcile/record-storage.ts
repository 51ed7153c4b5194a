import { closeRun } from "#domain/billing/runs/close-run.ts";
import { openRun } from "#domain/billing/runs/open-run.ts";
import { resizeRun } from "#domain/billing/runs/resize-run.ts";
import type { ReportedRun } from "#domain/billing/runs/usage-run.ts";
import type { Catalogue } from "#domain/catalogue/catalogue.ts";
import type { Tx } from "#db/tenant.ts";
import type { ObservedVolume } from "#ports/cluster.ts";
import type { VolumeRow } from "./read-volume.ts";
import { runPrice } from "./run-price.ts";

const PRODUCT = "persistent";

/**
 * Charges storage from first provisioned to delete accepted, by the size that there is (BIL-1). Returns since when it is
 * charged, if it ever was.
 */
export async function recordStorage(
  tx: Tx,
  catalogue: Catalogue,
  volume: VolumeRow,
  observed: ObservedVolume | null,
): Promise<Date | null> {
  const since = await begin(tx, catalogue, volume, observed);
  if (since !== null && volume.desiredState === "deleted") {
    const endedAt = volume.desiredAt > since ? volume.desiredAt : since;
    const { shard, id: subjectId } = volume;
    await closeRun(tx, { shard, kind: "storage", subjectId, endedAt });
  }
  return since;
}

async function begin(
  tx: Tx,
  catalogue: Catalogue,
  volume: VolumeRow,
  observed: ObservedVolume | null,
): Promise<Date | null> {
  if (!observed?.provisionedAt) return volume.storageSince;
  const provisionedAt = new Date(observed.provisionedAt);
  const deleted = volume.desiredState === "deleted";
  if (volume.storageSince === null) {
    if (deleted && provisionedAt >= volume.desiredAt) return null;
    await open(tx, catalogue, volume, observed.sizeGib, provisionedAt);
    return provisionedAt;
  }
  const at = new Date(observed.sizeSince ?? tx.now);
  // What grew before the deletion was accepted is charged until then, also when it is seen only afterwards.
  if (observed.sizeGib !== volume.observedSizeGib && !(deleted && at >= volume.desiredAt)) {
    const { shard, id: subjectId } = volume;
    await resizeRun(tx, { shard, kind: "storage", subjectId, quantity: observed.sizeGib, at });
  }
  return volume.storageSince;
}

async function open(
  tx: Tx,
  catalogue: Catalogue,
  volume: VolumeRow,
  sizeGib: number,
  startedAt: Date,
): Promise<void> {
  const { organizationId, workspaceId, shard, region, resourceId, id: volumeId } = volume;
  const run: ReportedRun = {
    organizationId,
    workspaceId,
    shard,
    service: volume.kind === "home" ? "notebook" : "container",
    kind: "storage",
    resourceId,
    volumeId,
    region,
    product: PRODUCT,
    quantity: sizeGib,
    startedAt,
  };
  const prices = catalogue.storagePricePerGibHour(region, startedAt);
  await openRun(tx, run, (held) => runPrice(held, prices, sizeGib));
}
