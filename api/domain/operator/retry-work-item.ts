import { and, eq } from "drizzle-orm";
import { workItems } from "#db/schema/work.ts";
import type { Tx } from "#db/tenant.ts";
import { notFound } from "#domain/errors.ts";
import { presentWorkItem } from "./list-work-items.ts";

/** Puts an item back on the list as if it had never failed. Throws `not_found`. */
export async function retryWorkItem(tx: Tx, item: { kind: string; key: string }) {
  const [row] = await tx.db
    .update(workItems)
    .set({ parkedAt: null, attempts: 0, lastError: null, runAfter: new Date() })
    .where(and(eq(workItems.kind, item.kind), eq(workItems.key, item.key)))
    .returning();
  if (row === undefined) throw notFound("work item");
  return presentWorkItem(row);
}
