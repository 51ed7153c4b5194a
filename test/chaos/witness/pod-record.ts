import type { Seen } from "./follow.ts";

/** A time in which a Pod was ready, by the cluster's clock in whole seconds; milliseconds. */
export interface Ready {
  since: number;
  until: number | null;
  /** Its end left no trace on the Pod: it is known from outside, and whoever looks later knows it from then. */
  traceless: boolean;
  /** The Pod was being removed then: nobody finds it later. */
  removed: boolean;
}

/** What the witness knows of one Pod, told apart by its UID. */
export interface PodRecord {
  readonly uid: string;
  readonly name: string;
  readonly resourceId: string;
  readonly generation: number;
  node: string | null;
  /** A process of it runs. */
  running: boolean;
  /** As its condition was seen last. */
  isReady: boolean;
  readonly ready: Ready[];
}

export function newRecord({ metadata }: Seen): PodRecord {
  const labels = metadata.labels!;
  return {
    uid: metadata.uid,
    name: metadata.name,
    resourceId: labels["aifactory.dev/resource"]!,
    generation: Number(labels["aifactory.dev/generation"]),
    node: null,
    running: false,
    isReady: false,
    ready: [],
  };
}

/** Takes in what the Pod says of itself (BIL-1): ready from one transition to the other, or until its removal was asked for. */
export function update(record: PodRecord, { metadata, spec, status = {} }: Seen): void {
  record.node = spec.nodeName ?? null;
  record.running = (status.containerStatuses ?? []).some((it: any) => it.state?.running);
  const removedAt = removalOf(metadata);
  const condition = (status.conditions ?? []).find((it: any) => it.type === "Ready");
  if (condition === undefined) return;
  const at = Date.parse(condition.lastTransitionTime);
  const wasReady = record.isReady;
  record.isReady = condition.status === "True";
  if (!record.isReady)
    return end(record, Math.min(at, removedAt ?? at), { removed: removedAt !== null });
  const open = openOf(record);
  // It ceased and began again while the witness did not see it.
  if (open !== null && open.since !== at) end(record, at);
  const isNew = !wasReady || record.ready.at(-1)?.since !== at;
  if (isNew && removedAt === null)
    record.ready.push({ since: at, until: null, traceless: false, removed: false });
  if (removedAt !== null) end(record, removedAt, { removed: true });
}

export function end(
  record: PodRecord,
  at: number,
  { traceless = false, removed = traceless }: { traceless?: boolean; removed?: boolean } = {},
): void {
  const open = openOf(record);
  if (open === null) return;
  open.until = Math.max(open.since, at);
  open.traceless = traceless;
  open.removed = removed;
}

/** When the removal was asked for: the deletion timestamp is the end of the grace period. */
export function removalOf({
  deletionTimestamp,
  deletionGracePeriodSeconds = 0,
}: Seen["metadata"]): number | null {
  if (deletionTimestamp === undefined) return null;
  return Date.parse(deletionTimestamp) - deletionGracePeriodSeconds * 1000;
}

function openOf({ ready }: PodRecord): Ready | null {
  const last = ready.at(-1);
  return last !== undefined && last.until === null ? last : null;
}
