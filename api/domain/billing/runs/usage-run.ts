import type { Service } from "@aifactory/sdk/policy";
import { LAST_MINUTE } from "#domain/billing/units/minute.ts";
import type { Currency } from "#domain/billing/units/money.ts";

/** What a run is charged for: the GPU (or CPU) flavor of a resource, or persistent storage. */
export type RunKind = "gpu" | "storage";

/** The price of a run, for its whole quantity, recorded when it begins (BIL-3). Micro-units. */
export interface RunPrice {
  currency: Currency;
  pricePerHour: bigint;
  priceUsdPerHour: bigint;
}

/** What is charged, from when, at which price. */
export interface NewRun extends RunPrice {
  organizationId: string;
  workspaceId: string;
  shard: number;
  service: Service;
  kind: RunKind;
  /** The notebook or container; for storage, what the volume is attached to, if anything. */
  resourceId: string | null;
  /** Storage only. */
  volumeId: string | null;
  region: string;
  /** The flavor's id, or the kind of storage. */
  product: string;
  /** GiB of storage; 1 for a flavor. */
  quantity: number;
  /** The reported start: ready, or first provisioned. Identifies the interval: reported twice, it is recorded once. */
  startedAt: Date;
  /** The reported end, when it is already known. */
  endedAt?: Date | null;
}

/** As the cluster tells it; what it costs is another matter. */
export type ReportedRun = Omit<NewRun, keyof RunPrice>;

/** What is kept from being charged twice for a minute: the resource of a `gpu` run, the volume of a `storage` run. */
export const subjectOf = (run: Pick<NewRun, "kind" | "resourceId" | "volumeId">): string =>
  (run.kind === "gpu" ? run.resourceId : run.volumeId)!;

/** The interval whose end is reported. */
export interface RunEnd {
  shard: number;
  kind: RunKind;
  /** The resource of a `gpu` run, the volume of a `storage` run. */
  subjectId: string;
  /** The reported start of the interval; without it, the interval that is open. */
  startedAt?: Date;
  endedAt: Date;
}

/** A row of `usage_runs`. */
export interface UsageRun {
  id: string;
  organization_id: string;
  workspace_id: string;
  shard: number;
  service: Service;
  kind: RunKind;
  resource_id: string | null;
  volume_id: string | null;
  subject_id: string;
  region: string;
  product: string;
  quantity: number;
  currency: Currency;
  price_per_hour: bigint;
  price_usd_per_hour: bigint;
  running_since: Date;
  started_at: Date;
  ended_at: Date | null;
  first_minute: number;
  end_minute: number | null;
  tick_from: number;
  tick_until: number;
}

/** Its columns, for statements that are prepared: `*` would be others where a migration adds one. */
export const RUN_COLUMNS =
  "id, organization_id, workspace_id, shard, service, kind, resource_id, volume_id, subject_id, region, product, quantity, currency, price_per_hour, price_usd_per_hour, running_since, started_at, ended_at, first_minute, end_minute, tick_from, tick_until";

/** The `tick_until` of a run that has not ended. */
export const OPEN = LAST_MINUTE;

/** The run once more, as it was reported. */
export function newRunLike(run: UsageRun): NewRun {
  return {
    organizationId: run.organization_id,
    workspaceId: run.workspace_id,
    shard: run.shard,
    service: run.service,
    kind: run.kind,
    resourceId: run.resource_id,
    volumeId: run.volume_id,
    region: run.region,
    product: run.product,
    quantity: run.quantity,
    currency: run.currency,
    pricePerHour: run.price_per_hour,
    priceUsdPerHour: run.price_usd_per_hour,
    startedAt: run.started_at,
    endedAt: run.ended_at,
  };
}
