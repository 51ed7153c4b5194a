import type { Database } from "#db/database.ts";
import { RESOURCE_COLUMNS, type ResourceRow } from "../resource-view.ts";

/** A living resource, and the site time at which it was read: what is observed after it is not older. */
export interface ResourceSeen {
  row: ResourceRow;
  at: Date;
}

/** Null when it is deleted. */
export async function readResource(database: Database, id: string): Promise<ResourceSeen | null> {
  const { rows } = await database.pool.query<ResourceRow & { at: Date }>({
    name: "read resource",
    // By its key alone: a planner without statistics would walk an index of all that live.
    text: `select ${RESOURCE_COLUMNS}, site_now() as at from resources r where r.id = $1`,
    values: [id],
  });
  if (rows[0] === undefined || rows[0].deletedAt !== null) return null;
  const { at, ...row } = rows[0];
  return { row, at };
}
