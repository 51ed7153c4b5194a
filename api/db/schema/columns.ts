import { bigint, customType, timestamp, uuid } from "drizzle-orm/pg-core";

/** A moment with millisecond precision, UTC. */
export const moment = (name: string) =>
  timestamp(name, { precision: 3, withTimezone: true, mode: "date" });

/** Money: millionths of the currency unit (WAL-5). */
export const micros = (name: string) => bigint(name, { mode: "bigint" });

export const id = (name = "id") => uuid(name);

export const bytes = customType<{ data: Buffer }>({ dataType: () => "bytea" });
