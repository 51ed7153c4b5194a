import { getTableColumns, getTableName } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";
import type pg from "pg";
import { columnsOf } from "./columns-of.ts";

const names = new Map<string, string>();

/**
 * Inserts a row, and returns it as plain SQL reads it (`columnsOf`); a prepared statement, which is planned once a
 * connection. Throws for a field that the table does not have.
 */
export async function insertRow<T extends PgTable>(
  client: Pick<pg.ClientBase, "query">,
  table: T,
  row: T["$inferInsert"],
): Promise<T["$inferSelect"]> {
  const all = getTableColumns(table);
  const given = Object.entries(row).filter(([, value]) => value !== undefined);
  const columns = given.map(([field]) => {
    if (all[field] === undefined) throw new Error(`${getTableName(table)} has no field ${field}`);
    return all[field];
  });
  const values = given.map(([, value], at) =>
    value === null ? null : columns[at]!.mapToDriverValue(value),
  );
  const places = values.map((_, at) => `$${at + 1}`);
  const name = getTableName(table);
  const text = `insert into ${name} as t (${columns.map((it) => it.name).join(", ")})
    values (${places.join(", ")}) returning ${columnsOf(table, "t")}`;
  if (!names.has(text)) names.set(text, `insert into ${name} ${names.size}`);
  const { rows } = await client.query({ name: names.get(text)!, text, values });
  return rows[0];
}
