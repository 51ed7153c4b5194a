import { and, eq, isNull, sql } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import { resources, volumes } from "#db/schema/resources.ts";
import { isVerifiedGone } from "../derive-status.ts";

export type VolumeRow = typeof volumes.$inferSelect;

/** A living volume as it was at a moment of site time. */
export interface VolumeSeen {
  row: VolumeRow;
  at: Date;
  /** A workload of the resource that it belongs to may still use it. */
  inUse: boolean;
}

const { desiredState, desiredAt, observed, observedAt } = resources;
const USER = { desiredState, desiredAt, observed, observedAt };

/** Null when it is deleted. */
export async function readVolume(database: Database, id: string): Promise<VolumeSeen | null> {
  const [seen] = await database.read
    .select({ row: volumes, user: USER, at: sql<string>`site_now()` })
    .from(volumes)
    .leftJoin(resources, and(eq(resources.id, volumes.resourceId), isNull(resources.deletedAt)))
    .where(and(eq(volumes.id, id), isNull(volumes.deletedAt)));
  if (seen === undefined) return null;
  const { row, user, at } = seen;
  const inUse = user !== null && (user.desiredState === "running" || !isVerifiedGone(user));
  return { row, at: new Date(at), inUse };
}
