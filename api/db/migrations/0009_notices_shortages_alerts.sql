CREATE TABLE "balance_alerts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"shard" smallint NOT NULL,
	"threshold" bigint NOT NULL,
	"currency" text NOT NULL,
	"recipients" text[] NOT NULL,
	"armed" boolean NOT NULL,
	"crossings" integer DEFAULT 0 NOT NULL,
	"revision" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "balance_alerts_threshold" CHECK (threshold >= 0),
	CONSTRAINT "balance_alerts_recipients" CHECK (cardinality(recipients) between 1 and 10)
);
--> statement-breakpoint
CREATE TABLE "notices" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"workspace_id" uuid,
	"cause" text NOT NULL,
	"kind" text NOT NULL,
	"audience" text NOT NULL,
	"recipients" text[],
	"facts" jsonb NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "notices_cause" UNIQUE("cause"),
	CONSTRAINT "notices_audience" CHECK (audience in ('owner', 'workspace', 'recipients')),
	CONSTRAINT "notices_recipients" CHECK ((audience = 'recipients') = (recipients is not null)),
	CONSTRAINT "notices_of_workspace" CHECK (audience <> 'workspace' or workspace_id is not null)
);
--> statement-breakpoint
CREATE TABLE "quota_warnings" (
	"workspace_id" uuid NOT NULL,
	"period" text NOT NULL,
	"percent" smallint NOT NULL,
	"limit_usd_micros" bigint NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "quota_warnings_workspace_id_period_percent_limit_usd_micros_pk" PRIMARY KEY("workspace_id","period","percent","limit_usd_micros")
);
--> statement-breakpoint
CREATE TABLE "shortages" (
	"organization_id" uuid NOT NULL,
	"service" text NOT NULL,
	"shard" smallint NOT NULL,
	"since" timestamp (3) with time zone NOT NULL,
	"negative_since" timestamp (3) with time zone,
	"warnings" smallint DEFAULT 0 NOT NULL,
	"last_warned_at" timestamp (3) with time zone,
	CONSTRAINT "shortages_organization_id_service_pk" PRIMARY KEY("organization_id","service"),
	CONSTRAINT "shortages_service" CHECK (service in ('notebook', 'container')),
	CONSTRAINT "shortages_warned" CHECK ((warnings = 0) = (last_warned_at is null))
);
--> statement-breakpoint
ALTER TABLE "balance_alerts" ADD CONSTRAINT "balance_alerts_organization_id_wallets_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."wallets"("organization_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notices" ADD CONSTRAINT "notices_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notices" ADD CONSTRAINT "notices_organization_id_workspace_id_workspaces_organization_id_id_fk" FOREIGN KEY ("organization_id","workspace_id") REFERENCES "public"."workspaces"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "quota_warnings" ADD CONSTRAINT "quota_warnings_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "shortages" ADD CONSTRAINT "shortages_organization_id_wallets_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."wallets"("organization_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "balance_alerts_shard" ON "balance_alerts" USING btree ("shard");--> statement-breakpoint
CREATE INDEX "balance_alerts_organization" ON "balance_alerts" USING btree ("organization_id","id");--> statement-breakpoint
CREATE INDEX "notices_organization" ON "notices" USING btree ("organization_id","id");--> statement-breakpoint
CREATE INDEX "notices_workspace" ON "notices" USING btree ("workspace_id","id") WHERE workspace_id is not null;--> statement-breakpoint
CREATE INDEX "shortages_shard" ON "shortages" USING btree ("shard");--> statement-breakpoint
CREATE INDEX "quotas_organization" ON "quotas" USING btree ("organization_id");