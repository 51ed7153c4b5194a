import { sql } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import { workItems } from "#db/schema/work.ts";
import { cursorKey, pageOf, type PageQuery } from "#domain/page.ts";

type Row = typeof workItems.$inferSelect;

/** Work waiting to be done, by kind and key; `parked` alone or without. */
export async function listWorkItems(
  database: Database,
  query: PageQuery & { parked?: "true" | "false" | undefined },
) {
  const [kind, key] = (cursorKey(query, /^[^\n]+\n[^\n]+$/) ?? "\n").split("\n");
  const rows = await database.read
    .select()
    .from(workItems)
    .where(
      sql`(${workItems.kind}, ${workItems.key}) > (${kind}, ${key})
        and ${query.parked === undefined ? sql`true` : sql`(${workItems.parkedAt} is not null) = ${query.parked === "true"}`}`,
    )
    .orderBy(workItems.kind, workItems.key)
    .limit(query.limit + 1);
  return pageOf(rows, query, (row) => `${row.kind}\n${row.key}`, presentWorkItem);
}

export function presentWorkItem(row: Row) {
  return {
    kind: row.kind,
    key: row.key,
    dueAt: row.dueAt.toISOString(),
    attempts: row.attempts,
    parkedAt: row.parkedAt?.toISOString() ?? null,
    lastError: row.lastError,
  };
}
