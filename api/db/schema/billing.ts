import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  date,
  foreignKey,
  index,
  integer,
  numeric,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import type { Service } from "@aifactory/sdk/policy";
import { id, micros, moment } from "./columns.ts";
import { organizations, workspaces } from "./organizations.ts";

// Minutes are whole minutes since 1970 UTC. The ledger itself is partitioned: see the migration `ledger`.

type Currency = "VND" | "USD" | "JPY";
const knownCurrency = sql`currency in ('VND', 'USD', 'JPY')`;

/** One per Organization (ORG-2). The lines equal the sums of the ledger's postings; only top-up may be negative. */
export const wallets = pgTable(
  "wallets",
  {
    organizationId: id("organization_id").primaryKey(),
    shard: smallint("shard").notNull(),
    currency: text("currency").$type<Currency>().notNull(),
    /** Set by the first settled top-up; a trigger refuses to change currency and moment after it (WAL-4). */
    currencyFixedAt: moment("currency_fixed_at"),
    plans: micros("plans")
      .notNull()
      .default(sql`0`),
    vouchers: micros("vouchers")
      .notNull()
      .default(sql`0`),
    topUp: micros("top_up")
      .notNull()
      .default(sql`0`),
    /** Number and moment of the latest ledger entry; entries of a Wallet are numbered without gaps. */
    lastEntry: bigint("last_entry", { mode: "bigint" })
      .notNull()
      .default(sql`0`),
    lastEntryAt: moment("last_entry_at").notNull(),
    createdAt: moment("created_at").notNull(),
  },
  (t) => [
    index("wallets_shard").on(t.shard, t.organizationId),
    foreignKey({
      columns: [t.organizationId, t.shard],
      foreignColumns: [organizations.id, organizations.shard],
    }),
    check("wallets_currency", knownCurrency),
    check("wallets_only_top_up_negative", sql`plans >= 0 and vouchers >= 0`),
  ],
);

/** The row under which balance and Quota are judged (BIL-4, QUO-2); ticks never hold it. */
export const admissions = pgTable("admissions", {
  organizationId: id("organization_id")
    .primaryKey()
    .references(() => organizations.id),
});

/** Codes issued by the operator (PAY-4), single use (WAL-2). */
export const vouchers = pgTable(
  "vouchers",
  {
    id: id().primaryKey(),
    code: text("code").notNull().unique(),
    amount: micros("amount").notNull(),
    currency: text("currency").$type<Currency>().notNull(),
    /** Null: for every Service. */
    services: text("services").array().$type<Service[]>(),
    issuedAt: moment("issued_at").notNull(),
    expiresAt: moment("expires_at").notNull(),
    redeemedAt: moment("redeemed_at"),
    redeemedBy: id("redeemed_by").references(() => organizations.id),
  },
  () => [
    check("vouchers_code", sql`code ~ '^[A-Z0-9]{10}$'`),
    check("vouchers_amount", sql`amount > 0`),
    check("vouchers_currency", knownCurrency),
    check("vouchers_redeemed", sql`(redeemed_at is null) = (redeemed_by is null)`),
  ],
);

/**
 * A Wallet whose first top-up was in another currency than its provisional one (WAL-4): when that fixed it, and the rate
 * at which everything was converted, also what is corrected later. Never changed.
 */
export const currencyFixings = pgTable(
  "currency_fixings",
  {
    organizationId: id("organization_id")
      .primaryKey()
      .references(() => wallets.organizationId),
    fromCurrency: text("from_currency").$type<Currency>().notNull(),
    toCurrency: text("to_currency").$type<Currency>().notNull(),
    rate: numeric("rate").notNull(),
    fixedAt: moment("fixed_at").notNull(),
    /** The first minute that is charged in the new currency. */
    minute: integer("minute").notNull(),
  },
  () => [check("currency_fixings_differ", sql`from_currency <> to_currency and rate > 0`)],
);

/** Billing plans granted by the operator (PAY-4). Each period is a credit of its own. */
export const plans = pgTable(
  "plans",
  {
    id: id().primaryKey(),
    organizationId: id("organization_id")
      .notNull()
      .references(() => wallets.organizationId),
    shard: smallint("shard").notNull(),
    /** Of one period, in the currency it was granted in. */
    amount: micros("amount").notNull(),
    currency: text("currency").$type<Currency>().notNull(),
    periodUnit: text("period_unit").$type<"day" | "month" | "year">().notNull(),
    periodCount: integer("period_count").notNull(),
    renews: boolean("renews").notNull(),
    startsAt: moment("starts_at").notNull(),
    /** The period to be granted next, counted from 0, and its start; null once none is to come. */
    nextPeriod: integer("next_period").notNull().default(0),
    nextStartsAt: moment("next_starts_at"),
    createdAt: moment("created_at").notNull(),
    cancelledAt: moment("cancelled_at"),
  },
  (t) => [
    index("plans_due")
      .on(t.shard, t.nextStartsAt)
      .where(sql`next_starts_at is not null`),
    index("plans_organization").on(t.organizationId, t.id),
    check("plans_amount", sql`amount > 0`),
    check("plans_currency", knownCurrency),
    check("plans_period", sql`period_unit in ('day', 'month', 'year') and period_count > 0`),
  ],
);

/** One row for each grant of credit. Top-ups are pooled in the Wallet's line, so they have no remainder of their own. */
export const credits = pgTable(
  "credits",
  {
    id: id().primaryKey(),
    organizationId: id("organization_id")
      .notNull()
      .references(() => wallets.organizationId),
    shard: smallint("shard").notNull(),
    kind: text("kind").$type<"plan" | "voucher" | "topUp">().notNull(),
    amount: micros("amount").notNull(),
    /** Not yet spent; what is left at the expiry stays here after it has lapsed. */
    remaining: micros("remaining"),
    currency: text("currency").$type<Currency>().notNull(),
    /**
     * What was granted, and the rate, when that was converted at the grant or, granted in the provisional currency, when
     * the Wallet's was fixed (WAL-4). A fixing after a conversion at the grant has its rate in `currency_fixings`.
     */
    originalAmount: micros("original_amount"),
    originalCurrency: text("original_currency").$type<Currency>(),
    rate: numeric("rate"),
    services: text("services").array().$type<Service[]>(),
    grantedAt: moment("granted_at").notNull(),
    startsAt: moment("starts_at").notNull(),
    expiresAt: moment("expires_at"),
    /** The minutes it may pay: those that end after its start and begin before its expiry (BIL-2). */
    fromMinute: integer("from_minute").notNull(),
    untilMinute: integer("until_minute").notNull(),
    /** When the remainder was taken off the Wallet's line. */
    lapsedAt: moment("lapsed_at"),
    /** What indexes ask for: with `remaining` in their predicates, every tick would write to all of them. */
    spendable: boolean("spendable")
      .notNull()
      .generatedAlwaysAs(sql`coalesce(remaining > 0, false) and lapsed_at is null`),
    voucherId: id("voucher_id").references(() => vouchers.id),
    /** The plan's period that it is, counted from 0. */
    planId: id("plan_id").references(() => plans.id),
    planPeriod: integer("plan_period"),
  },
  (t) => [
    index("credits_spendable")
      .on(t.shard, t.organizationId)
      .where(sql`spendable`),
    index("credits_lapsing")
      .on(t.shard, t.untilMinute)
      .where(sql`spendable`),
    index("credits_organization").on(t.organizationId, t.id),
    uniqueIndex("credits_voucher").on(t.voucherId),
    uniqueIndex("credits_plan").on(t.planId, t.planPeriod),
    check("credits_kind", sql`kind in ('plan', 'voucher', 'topUp')`),
    check("credits_currency", knownCurrency),
    // A few millionths may be worth nothing in the currency that is fixed later.
    check("credits_amount", sql`amount > 0 or (amount = 0 and original_amount > 0)`),
    check(
      "credits_remaining",
      sql`(kind = 'topUp') = (remaining is null) and remaining between 0 and amount`,
    ),
    check("credits_top_up", sql`kind <> 'topUp' or (services is null and expires_at is null)`),
    check("credits_conversion", sql`num_nulls(original_amount, original_currency, rate) in (0, 3)`),
  ],
);

/** Grants that were asked for under a key are booked once; the partitioned ledger itself cannot hold such a key. */
export const ledgerKeys = pgTable(
  "ledger_keys",
  {
    organizationId: id("organization_id").notNull(),
    key: text("key").notNull(),
    creditId: id("credit_id")
      .notNull()
      .references(() => credits.id),
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.key] })],
);

/**
 * What is charged: one interval of one subject (a resource's GPU, or a volume) at one recorded price. A resize or a new
 * price closes the run and opens the next one. Minute k of a run, counted from `firstMinute`, costs F(k) − F(k−1).
 */
export const usageRuns = pgTable(
  "usage_runs",
  {
    id: id().primaryKey(),
    organizationId: id("organization_id").notNull(),
    workspaceId: id("workspace_id").notNull(),
    shard: smallint("shard").notNull(),
    service: text("service").$type<Service>().notNull(),
    kind: text("kind").$type<"gpu" | "storage">().notNull(),
    /** For storage: what the volume was attached to when the run began, if anything. */
    resourceId: id("resource_id"),
    volumeId: id("volume_id"),
    subjectId: id("subject_id")
      .notNull()
      .generatedAlwaysAs(sql`case kind when 'gpu' then resource_id else volume_id end`),
    region: text("region").notNull(),
    /** What the price is for: a flavor's id, or the kind of storage. */
    product: text("product").notNull(),
    /** GiB of storage; 1 for a flavor. */
    quantity: integer("quantity").notNull(),
    currency: text("currency").$type<Currency>().notNull(),
    /** For the whole quantity, in the Wallet's currency, and in USD for the Quota. */
    pricePerHour: micros("price_per_hour").notNull(),
    priceUsdPerHour: micros("price_usd_per_hour").notNull(),
    /** The start that the cluster reported; runs that a resize or a new price split share it. */
    runningSince: moment("running_since").notNull(),
    startedAt: moment("started_at").notNull(),
    endedAt: moment("ended_at"),
    firstMinute: integer("first_minute").notNull(),
    /** The minute after the last one touched; null while it runs. */
    endMinute: integer("end_minute"),
    /** What ticks charge: [tickFrom, tickUntil). The rest of the interval is in `late_windows`. */
    tickFrom: integer("tick_from").notNull(),
    tickUntil: integer("tick_until").notNull().default(2_147_483_647),
  },
  (t) => [
    // The tick reads through `usage_runs_tick`, a covering index of the migration `ledger`; there too: two runs of one
    // subject never overlap.
    index("usage_runs_subject").on(t.subjectId, t.kind, t.startedAt),
    index("usage_runs_organization").on(t.organizationId, t.tickUntil),
    index("usage_runs_workspace").on(t.workspaceId, t.tickUntil),
    foreignKey({
      columns: [t.organizationId, t.workspaceId],
      foreignColumns: [workspaces.organizationId, workspaces.id],
    }),
    check(
      "usage_runs_kind",
      sql`(kind = 'gpu' and resource_id is not null) or (kind = 'storage' and volume_id is not null)`,
    ),
    check(
      "usage_runs_price",
      sql`price_per_hour >= 0 and price_usd_per_hour >= 0 and quantity > 0`,
    ),
    check(
      "usage_runs_ended",
      sql`(ended_at is null) = (end_minute is null) and ended_at >= started_at`,
    ),
    check("usage_runs_minutes", sql`tick_from >= first_minute and tick_until >= tick_from`),
    check("usage_runs_currency", knownCurrency),
  ],
);

/** Minutes before the shard's cursor that a late report added (+1) or took away (−1); the next tick consumes them. */
export const lateWindows = pgTable(
  "late_windows",
  {
    id: bigint("id", { mode: "bigint" }).primaryKey().generatedAlwaysAsIdentity(),
    organizationId: id("organization_id").notNull(),
    shard: smallint("shard").notNull(),
    runId: id("run_id")
      .notNull()
      .references(() => usageRuns.id),
    sign: smallint("sign").$type<1 | -1>().notNull(),
    fromMinute: integer("from_minute").notNull(),
    toMinute: integer("to_minute").notNull(),
    reportedAt: moment("reported_at").notNull(),
    consumedAt: moment("consumed_at"),
    /** The Wallet's currency by then: another one than the run's where it was fixed in between (WAL-4). */
    consumedIn: text("consumed_in").$type<Currency>(),
  },
  (t) => [
    index("late_windows_pending")
      .on(t.shard, t.id)
      .where(sql`consumed_at is null`),
    index("late_windows_run").on(t.runId),
    check("late_windows_sign", sql`sign in (-1, 1)`),
    check("late_windows_range", sql`from_minute < to_minute`),
  ],
);

/** Every minute before the cursor is charged, for all Organizations of the shard. */
export const shardCursors = pgTable(
  "shard_cursors",
  {
    shard: smallint("shard").primaryKey(),
    cursorMinute: integer("cursor_minute").notNull(),
  },
  () => [check("shard_cursors_shard", sql`shard between 0 and 63`)],
);

/** Spending of a Workspace by UTC day of the charged minute, in USD (QUO-3); a month is the sum of its days. */
export const quotaCounters = pgTable(
  "quota_counters",
  {
    organizationId: id("organization_id").notNull(),
    workspaceId: id("workspace_id").notNull(),
    day: date("day").notNull(),
    spentUsdMicros: micros("spent_usd_micros").notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.day] })],
);
