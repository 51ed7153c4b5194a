import { and, eq, isNull, sql } from "drizzle-orm";
import { resources } from "#db/schema/resources.ts";
import type { Database } from "#db/database.ts";
import type { ResourceRow } from "../resource-view.ts";

/** A living resource, and the site time at which it was read: what is observed after it is not older. */
export interface ResourceSeen {
  row: ResourceRow;
  at: Date;
}

/** Null when it is deleted. */
export async function readResource(database: Database, id: string): Promise<ResourceSeen | null> {
  const [seen] = await database.read
    .select({ row: resources, at: sql<string>`site_now()` })
    .from(resources)
    .where(and(eq(resources.id, id), isNull(resources.deletedAt)));
  return seen === undefined ? null : { row: seen.row, at: new Date(seen.at) };
}
