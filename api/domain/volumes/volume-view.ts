import { and, eq, isNull, type SQL } from "drizzle-orm";
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import { principals } from "#db/schema/principals.ts";
import { volumes } from "#db/schema/resources.ts";
import type { TenantTx } from "#db/tenant.ts";
import { DomainError, notFound } from "#domain/errors.ts";
import type { VolumeRow } from "./insert-volume.ts";

/** A separate volume, and what its creator is. */
export interface VolumeView extends VolumeRow {
  ownerKind: "user" | "serviceAccount";
}

/** Living separate volumes that match, with their creators, in one statement; add an order and a limit. */
export function selectVolumeViews(db: NodePgDatabase, where: SQL | undefined) {
  return db
    .select({ volume: volumes, ownerKind: principals.kind })
    .from(volumes)
    .innerJoin(principals, eq(principals.id, volumes.ownerId))
    .where(and(where, eq(volumes.kind, "volume"), isNull(volumes.deletedAt)));
}

export function toVolumeView({
  volume,
  ownerKind,
}: Awaited<ReturnType<typeof selectVolumeViews>>[number]): VolumeView {
  return { ...volume, ownerKind };
}

/** One volume. Throws `not_found` when it is gone meanwhile. */
export async function readVolumeView(
  db: NodePgDatabase,
  { organizationId, id }: { organizationId: string; id: string },
): Promise<VolumeView> {
  const [row] = await selectVolumeViews(
    db,
    and(eq(volumes.organizationId, organizationId), eq(volumes.id, id)),
  );
  if (row === undefined) throw notFound("volume");
  return toVolumeView(row);
}

/** Locks a volume until the transaction ends, after the container it is or will be attached to. */
export async function lockVolumeView(tx: TenantTx, id: string): Promise<VolumeView> {
  await tx.db
    .select({ id: volumes.id })
    .from(volumes)
    .where(and(eq(volumes.organizationId, tx.organizationId), eq(volumes.id, id)))
    .for("update");
  return readVolumeView(tx.db, { organizationId: tx.organizationId, id });
}

/** Refuses what is being deleted. */
export function refuseDeletingVolume(view: VolumeView, cannot: string): void {
  if (view.desiredState !== "deleted") return;
  throw new DomainError(
    "invalid_state",
    `This volume is DELETING and cannot be ${cannot}. It is being deleted for good; create another one.`,
    { currentStatus: view.status },
  );
}
