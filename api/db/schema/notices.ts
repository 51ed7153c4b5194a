import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  unique,
} from "drizzle-orm/pg-core";
import { wallets } from "./billing.ts";
import { id, micros, moment } from "./columns.ts";
import { organizations, workspaces } from "./organizations.ts";
import { principals } from "./principals.ts";

export type NoticeKind =
  | "lowBalance"
  | "stoppedForDebt"
  | "debtWarning"
  | "deletedForDebt"
  | "balanceAlert"
  | "quotaWarning"
  | "idleWarning";

/**
 * Who is told: the Owner; Owner and Admins of the Workspace; one person of the Workspace, or else Owner and Admins; or the
 * addresses that the Owner named, and the Owner.
 */
export type NoticeAudience = "owner" | "workspace" | "person" | "recipients";

/** What people are told (AUD-3), written in the transaction of its cause; channels follow by work items. */
export const notices = pgTable(
  "notices",
  {
    id: id().primaryKey(),
    organizationId: id("organization_id")
      .notNull()
      .references(() => organizations.id),
    workspaceId: id("workspace_id"),
    /** Names what it is about, for good: each cause is told once. */
    cause: text("cause").notNull(),
    kind: text("kind").$type<NoticeKind>().notNull(),
    audience: text("audience").$type<NoticeAudience>().notNull(),
    /** Where the audience is one person. */
    principalId: id("principal_id").references(() => principals.id),
    /** Addresses, where the audience is those that the Owner named. */
    recipients: text("recipients").array(),
    facts: jsonb("facts").$type<Record<string, unknown>>().notNull(),
    at: moment("at").notNull(),
  },
  (t) => [
    unique("notices_cause").on(t.cause),
    index("notices_organization").on(t.organizationId, t.id),
    index("notices_workspace")
      .on(t.workspaceId, t.id)
      .where(sql`workspace_id is not null`),
    foreignKey({
      columns: [t.organizationId, t.workspaceId],
      foreignColumns: [workspaces.organizationId, workspaces.id],
    }),
    check("notices_audience", sql`audience in ('owner', 'workspace', 'person', 'recipients')`),
    check("notices_person", sql`(audience = 'person') = (principal_id is not null)`),
    check("notices_recipients", sql`(audience = 'recipients') = (recipients is not null)`),
    check(
      "notices_of_workspace",
      sql`audience not in ('workspace', 'person') or workspace_id is not null`,
    ),
  ],
);

/** A Service that has something and can pay nothing (BIL-5), written under the Wallet's lock; below zero the debt's timer. */
export const shortages = pgTable(
  "shortages",
  {
    organizationId: id("organization_id")
      .notNull()
      .references(() => wallets.organizationId),
    service: text("service").$type<"notebook" | "container">().notNull(),
    shard: smallint("shard").notNull(),
    since: moment("since").notNull(),
    /** BIL-6: since when it is below zero without a break; null at zero. */
    negativeSince: moment("negative_since"),
    /** How many of the debt's warnings are recorded, and when the latest was. */
    warnings: smallint("warnings").notNull().default(0),
    lastWarnedAt: moment("last_warned_at"),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.service] }),
    index("shortages_shard").on(t.shard),
    check("shortages_service", sql`service in ('notebook', 'container')`),
    check("shortages_warned", sql`(warnings = 0) = (last_warned_at is null)`),
  ],
);

/** Totals below which the Owner wants people to be told (BIL-7). */
export const balanceAlerts = pgTable(
  "balance_alerts",
  {
    id: id().primaryKey(),
    organizationId: id("organization_id")
      .notNull()
      .references(() => wallets.organizationId),
    shard: smallint("shard").notNull(),
    threshold: micros("threshold").notNull(),
    /** The Wallet's, or its former one until the next look at it. */
    currency: text("currency").$type<"VND" | "USD" | "JPY">().notNull(),
    recipients: text("recipients").array().notNull(),
    /** The next fall below the threshold is told. */
    armed: boolean("armed").notNull(),
    /** How often the total fell below it: names the cause of each notice. */
    crossings: integer("crossings").notNull().default(0),
    revision: integer("revision").notNull().default(1),
    createdAt: moment("created_at").notNull(),
  },
  (t) => [
    index("balance_alerts_shard").on(t.shard),
    index("balance_alerts_organization").on(t.organizationId, t.id),
    check("balance_alerts_threshold", sql`threshold >= 0`),
    check("balance_alerts_recipients", sql`cardinality(recipients) between 1 and 10`),
  ],
);

/** What of a Quota was warned of (QUO-4): each percentage of a limit once in a period. */
export const quotaWarnings = pgTable(
  "quota_warnings",
  {
    workspaceId: id("workspace_id")
      .notNull()
      .references(() => workspaces.id),
    /** The period's first day with its kind: `day:2026-11-21`. */
    period: text("period").notNull(),
    percent: smallint("percent").notNull(),
    limitUsdMicros: micros("limit_usd_micros").notNull(),
    at: moment("at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.period, t.percent, t.limitUsdMicros] })],
);
