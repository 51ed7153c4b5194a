CREATE TABLE "admissions" (
	"organization_id" uuid PRIMARY KEY NOT NULL
);
--> statement-breakpoint
CREATE TABLE "credits" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"shard" smallint NOT NULL,
	"kind" text NOT NULL,
	"amount" bigint NOT NULL,
	"remaining" bigint,
	"currency" text NOT NULL,
	"original_amount" bigint,
	"original_currency" text,
	"rate" numeric,
	"services" text[],
	"granted_at" timestamp (3) with time zone NOT NULL,
	"starts_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"from_minute" integer NOT NULL,
	"until_minute" integer NOT NULL,
	"lapsed_at" timestamp (3) with time zone,
	"voucher_id" uuid,
	CONSTRAINT "credits_kind" CHECK (kind in ('plan', 'voucher', 'topUp')),
	CONSTRAINT "credits_currency" CHECK (currency in ('VND', 'USD', 'JPY')),
	CONSTRAINT "credits_amount" CHECK (amount > 0),
	CONSTRAINT "credits_remaining" CHECK ((kind = 'topUp') = (remaining is null) and remaining between 0 and amount),
	CONSTRAINT "credits_top_up" CHECK (kind <> 'topUp' or (services is null and expires_at is null)),
	CONSTRAINT "credits_conversion" CHECK (num_nulls(original_amount, original_currency, rate) in (0, 3))
);
--> statement-breakpoint
CREATE TABLE "late_windows" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "late_windows_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"organization_id" uuid NOT NULL,
	"shard" smallint NOT NULL,
	"run_id" uuid NOT NULL,
	"sign" smallint NOT NULL,
	"from_minute" integer NOT NULL,
	"to_minute" integer NOT NULL,
	"reported_at" timestamp (3) with time zone NOT NULL,
	"consumed_at" timestamp (3) with time zone,
	CONSTRAINT "late_windows_sign" CHECK (sign in (-1, 1)),
	CONSTRAINT "late_windows_range" CHECK (from_minute < to_minute)
);
--> statement-breakpoint
CREATE TABLE "ledger_keys" (
	"organization_id" uuid NOT NULL,
	"key" text NOT NULL,
	"credit_id" uuid NOT NULL,
	CONSTRAINT "ledger_keys_organization_id_key_pk" PRIMARY KEY("organization_id","key")
);
--> statement-breakpoint
CREATE TABLE "quota_counters" (
	"organization_id" uuid NOT NULL,
	"workspace_id" uuid NOT NULL,
	"day" date NOT NULL,
	"spent_usd_micros" bigint NOT NULL,
	CONSTRAINT "quota_counters_workspace_id_day_pk" PRIMARY KEY("workspace_id","day")
);
--> statement-breakpoint
CREATE TABLE "shard_cursors" (
	"shard" smallint PRIMARY KEY NOT NULL,
	"cursor_minute" integer NOT NULL,
	CONSTRAINT "shard_cursors_shard" CHECK (shard between 0 and 63)
);
--> statement-breakpoint
CREATE TABLE "usage_runs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"workspace_id" uuid NOT NULL,
	"shard" smallint NOT NULL,
	"service" text NOT NULL,
	"kind" text NOT NULL,
	"resource_id" uuid,
	"volume_id" uuid,
	"subject_id" uuid GENERATED ALWAYS AS (case kind when 'gpu' then resource_id else volume_id end) STORED NOT NULL,
	"region" text NOT NULL,
	"product" text NOT NULL,
	"quantity" integer NOT NULL,
	"currency" text NOT NULL,
	"price_per_hour" bigint NOT NULL,
	"price_usd_per_hour" bigint NOT NULL,
	"running_since" timestamp (3) with time zone NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"first_minute" integer NOT NULL,
	"end_minute" integer,
	"tick_from" integer NOT NULL,
	"tick_until" integer DEFAULT 2147483647 NOT NULL,
	CONSTRAINT "usage_runs_kind" CHECK ((kind = 'gpu' and resource_id is not null) or (kind = 'storage' and volume_id is not null)),
	CONSTRAINT "usage_runs_price" CHECK (price_per_hour >= 0 and price_usd_per_hour >= 0 and quantity > 0),
	CONSTRAINT "usage_runs_ended" CHECK ((ended_at is null) = (end_minute is null) and ended_at >= started_at),
	CONSTRAINT "usage_runs_minutes" CHECK (tick_from >= first_minute and tick_until >= tick_from),
	CONSTRAINT "usage_runs_currency" CHECK (currency in ('VND', 'USD', 'JPY'))
);
--> statement-breakpoint
CREATE TABLE "vouchers" (
	"id" uuid PRIMARY KEY NOT NULL,
	"code" text NOT NULL,
	"amount" bigint NOT NULL,
	"currency" text NOT NULL,
	"services" text[],
	"issued_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"redeemed_at" timestamp (3) with time zone,
	"redeemed_by" uuid,
	CONSTRAINT "vouchers_code_unique" UNIQUE("code"),
	CONSTRAINT "vouchers_code" CHECK (code ~ '^[A-Z0-9]{10}$'),
	CONSTRAINT "vouchers_amount" CHECK (amount > 0),
	CONSTRAINT "vouchers_currency" CHECK (currency in ('VND', 'USD', 'JPY')),
	CONSTRAINT "vouchers_redeemed" CHECK ((redeemed_at is null) = (redeemed_by is null))
);
--> statement-breakpoint
CREATE TABLE "wallets" (
	"organization_id" uuid PRIMARY KEY NOT NULL,
	"shard" smallint NOT NULL,
	"currency" text NOT NULL,
	"currency_fixed_at" timestamp (3) with time zone,
	"plans" bigint DEFAULT 0 NOT NULL,
	"vouchers" bigint DEFAULT 0 NOT NULL,
	"top_up" bigint DEFAULT 0 NOT NULL,
	"last_entry" bigint DEFAULT 0 NOT NULL,
	"last_entry_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "wallets_currency" CHECK (currency in ('VND', 'USD', 'JPY')),
	CONSTRAINT "wallets_only_top_up_negative" CHECK (plans >= 0 and vouchers >= 0)
);
--> statement-breakpoint
ALTER TABLE "admissions" ADD CONSTRAINT "admissions_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "credits" ADD CONSTRAINT "credits_organization_id_wallets_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."wallets"("organization_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "credits" ADD CONSTRAINT "credits_voucher_id_vouchers_id_fk" FOREIGN KEY ("voucher_id") REFERENCES "public"."vouchers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "late_windows" ADD CONSTRAINT "late_windows_run_id_usage_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."usage_runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ledger_keys" ADD CONSTRAINT "ledger_keys_credit_id_credits_id_fk" FOREIGN KEY ("credit_id") REFERENCES "public"."credits"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_runs" ADD CONSTRAINT "usage_runs_organization_id_workspace_id_workspaces_organization_id_id_fk" FOREIGN KEY ("organization_id","workspace_id") REFERENCES "public"."workspaces"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "vouchers" ADD CONSTRAINT "vouchers_redeemed_by_organizations_id_fk" FOREIGN KEY ("redeemed_by") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "wallets" ADD CONSTRAINT "wallets_organization_id_shard_organizations_id_shard_fk" FOREIGN KEY ("organization_id","shard") REFERENCES "public"."organizations"("id","shard") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "credits_spendable" ON "credits" USING btree ("shard","organization_id") WHERE remaining > 0 and lapsed_at is null;--> statement-breakpoint
CREATE INDEX "credits_lapsing" ON "credits" USING btree ("shard","until_minute") WHERE remaining > 0 and lapsed_at is null;--> statement-breakpoint
CREATE INDEX "credits_organization" ON "credits" USING btree ("organization_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "credits_voucher" ON "credits" USING btree ("voucher_id");--> statement-breakpoint
CREATE INDEX "late_windows_pending" ON "late_windows" USING btree ("shard","id") WHERE consumed_at is null;--> statement-breakpoint
CREATE INDEX "late_windows_run" ON "late_windows" USING btree ("run_id");--> statement-breakpoint
CREATE INDEX "usage_runs_subject" ON "usage_runs" USING btree ("subject_id","kind","started_at");--> statement-breakpoint
CREATE INDEX "usage_runs_organization" ON "usage_runs" USING btree ("organization_id","tick_until");--> statement-breakpoint
CREATE INDEX "usage_runs_workspace" ON "usage_runs" USING btree ("workspace_id","tick_until");--> statement-breakpoint
CREATE INDEX "wallets_shard" ON "wallets" USING btree ("shard","organization_id");