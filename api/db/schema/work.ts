import {
  bigint,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
} from "drizzle-orm/pg-core";
import { bytes, id, moment } from "./columns.ts";

/**
 * Everything asynchronous: one item per (kind, key), claimed with a lease, run outside transactions, finished only if
 * its revision is unchanged. `dueAt` is site time, the rest machine time.
 */
export const workItems = pgTable(
  "work_items",
  {
    kind: text("kind").notNull(),
    key: text("key").notNull(),
    /** Items of a cluster are claimed by the replica that holds its lease. */
    clusterId: text("cluster_id"),
    organizationId: id("organization_id"),
    dueAt: moment("due_at").notNull(),
    runAfter: moment("run_after").notNull(),
    leasedUntil: moment("leased_until"),
    leaseOwner: text("lease_owner"),
    attempts: integer("attempts").notNull().default(0),
    revision: bigint("revision", { mode: "number" }).notNull().default(1),
    /** Given up after too many attempts; the operator sees it and may retry it. */
    parkedAt: moment("parked_at"),
    lastError: text("last_error"),
  },
  (t) => [primaryKey({ columns: [t.kind, t.key] }), index("work_items_due").on(t.dueAt)],
);

/** Unique (principal, operation, key), written in the verb's transaction; only successes are kept, 24 hours. */
export const idempotencyRecords = pgTable(
  "idempotency_records",
  {
    principalId: id("principal_id").notNull(),
    operation: text("operation").notNull(),
    key: text("key").notNull(),
    requestHash: bytes("request_hash").notNull(),
    status: smallint("status"),
    response: jsonb("response"),
    createdAt: moment("created_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.principalId, t.operation, t.key] }),
    index("idempotency_records_created").on(t.createdAt),
  ],
);
