import { sql } from "drizzle-orm";
import { bigint, boolean, check, jsonb, pgTable, text } from "drizzle-orm/pg-core";

/** Site time = the database's clock + this offset; zero except on a simulated site whose operator moved it. */
export const siteClock = pgTable(
  "site_clock",
  {
    id: boolean("id").primaryKey().default(true),
    offsetMs: bigint("offset_ms", { mode: "number" }).notNull().default(0),
  },
  () => [check("site_clock_one_row", sql`id`)],
);

/** Small facts of the site that all replicas share, such as the local issuer's key. */
export const siteFacts = pgTable("site_facts", {
  name: text("name").primaryKey(),
  value: jsonb("value").notNull(),
});
