import { sql } from "drizzle-orm";
import { check, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { micros, moment } from "./columns.ts";

// What billing needs of the operator's file, written down at start: ticks of all replicas then go by the same prices and
// rates, whichever of them charges a minute, and runs of what the file no longer names still have a price.

/** Micro-units per hour of a flavor, or of a GiB of storage in a region, from the first moment of a minute on (CAT-2). */
export const prices = pgTable(
  "prices",
  {
    kind: text("kind").$type<"gpu" | "storage">().notNull(),
    /** A flavor's id; for storage, the region. */
    item: text("item").notNull(),
    /** Counted from 1970; 0 holds from the beginning. */
    effectiveMinute: integer("effective_minute").notNull(),
    vnd: micros("vnd").notNull(),
    usd: micros("usd").notNull(),
    jpy: micros("jpy").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.kind, t.item, t.effectiveMinute] }),
    check("prices_kind", sql`kind in ('gpu', 'storage')`),
    check("prices_not_negative", sql`vnd >= 0 and usd >= 0 and jpy >= 0 and effective_minute >= 0`),
  ],
);

/** Micro-units of each currency for one US dollar, from a moment on (WAL-4). */
export const exchangeRates = pgTable(
  "exchange_rates",
  {
    effectiveFrom: moment("effective_from").primaryKey(),
    vnd: micros("vnd").notNull(),
    jpy: micros("jpy").notNull(),
  },
  () => [check("exchange_rates_positive", sql`vnd > 0 and jpy > 0`)],
);
