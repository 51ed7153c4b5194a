import { columnsOf } from "#db/columns-of.ts";
import type { Database } from "#db/database.ts";
import { volumes } from "#db/schema/resources.ts";
import { isVerifiedGone } from "../derive-status.ts";
import type { ResourceRow } from "../resource-view.ts";

export type VolumeRow = typeof volumes.$inferSelect;

/** Of `volumes v`; rows are `VolumeRow`s then. */
export const VOLUME_COLUMNS = columnsOf(volumes, "v");

/** A living volume as it was at a moment of site time. */
export interface VolumeSeen {
  row: VolumeRow;
  at: Date;
  /** A workload of the resource that it belongs to may still use it. */
  inUse: boolean;
}

interface Seen extends VolumeRow {
  at: Date;
  /** Null without a living resource that it belongs to. */
  userState: ResourceRow["desiredState"] | null;
  userDesiredAt: Date;
  userObserved: ResourceRow["observed"];
  userObservedAt: Date | null;
}

/** Null when it is deleted. */
export async function readVolume(database: Database, id: string): Promise<VolumeSeen | null> {
  const { rows } = await database.pool.query<Seen>({
    name: "read volume",
    text: `select ${VOLUME_COLUMNS}, site_now() as at,
        case when r.deleted_at is null then r.desired_state end as "userState", r.desired_at as "userDesiredAt",
        r.observed as "userObserved", r.observed_at as "userObservedAt"
      from volumes v left join resources r on r.id = v.resource_id where v.id = $1`,
    values: [id],
  });
  if (rows[0] === undefined || rows[0].deletedAt !== null) return null;
  const { at, userState, userDesiredAt, userObserved, userObservedAt, ...row } = rows[0];
  const gone = () =>
    isVerifiedGone({
      desiredAt: userDesiredAt,
      observed: userObserved,
      observedAt: userObservedAt,
    });
  return { row, at, inUse: userState === "running" || (userState !== null && !gone()) };
}
