import { getTableColumns, type Table } from "drizzle-orm";

/** All columns of a table under its alias, each by the name of its field: rows of plain SQL are then as drizzle's are. */
export function columnsOf(table: Table, alias: string): string {
  return Object.entries(getTableColumns(table))
    .map(([field, column]) => `${alias}.${column.name} as "${field}"`)
    .join(", ");
}
