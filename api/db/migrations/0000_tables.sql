CREATE TABLE "audit_events" (
	"id" uuid PRIMARY KEY NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"organization_id" uuid,
	"workspace_id" uuid,
	"actor" jsonb NOT NULL,
	"scope" text NOT NULL,
	"category" text NOT NULL,
	"action" text NOT NULL,
	"target" jsonb NOT NULL,
	"outcome" text NOT NULL,
	"reason" text,
	"details" jsonb,
	"request_id" text,
	"source_address" text
);
--> statement-breakpoint
CREATE TABLE "boundary_attachments" (
	"organization_id" uuid NOT NULL,
	"workspace_id" uuid NOT NULL,
	"policy_id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "boundary_attachments_workspace_id_policy_id_pk" PRIMARY KEY("workspace_id","policy_id")
);
--> statement-breakpoint
CREATE TABLE "identity_attachments" (
	"organization_id" uuid NOT NULL,
	"workspace_id" uuid NOT NULL,
	"principal_id" uuid NOT NULL,
	"policy_id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "identity_attachments_workspace_id_principal_id_policy_id_pk" PRIMARY KEY("workspace_id","principal_id","policy_id")
);
--> statement-breakpoint
CREATE TABLE "memberships" (
	"organization_id" uuid NOT NULL,
	"workspace_id" uuid NOT NULL,
	"principal_id" uuid NOT NULL,
	"role" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "memberships_workspace_id_principal_id_pk" PRIMARY KEY("workspace_id","principal_id"),
	CONSTRAINT "memberships_tenant" UNIQUE("organization_id","workspace_id","principal_id"),
	CONSTRAINT "memberships_role" CHECK (role in ('Admin', 'Member'))
);
--> statement-breakpoint
CREATE TABLE "organizations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"owner_id" uuid NOT NULL,
	"shard" smallint NOT NULL,
	"access_version" bigint DEFAULT 1 NOT NULL,
	"revision" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "organizations_id_shard" UNIQUE("id","shard"),
	CONSTRAINT "organizations_shard" CHECK (shard between 0 and 63)
);
--> statement-breakpoint
CREATE TABLE "policies" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"name" text NOT NULL,
	"description" text,
	"statements" jsonb NOT NULL,
	"client_token" text,
	"revision" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "policies_tenant" UNIQUE("organization_id","id"),
	CONSTRAINT "policies_name" UNIQUE("organization_id","name"),
	CONSTRAINT "policies_client_token" UNIQUE("organization_id","client_token")
);
--> statement-breakpoint
CREATE TABLE "quotas" (
	"organization_id" uuid NOT NULL,
	"workspace_id" uuid NOT NULL,
	"period" text NOT NULL,
	"limit_usd_micros" bigint NOT NULL,
	"enforce_on_start" boolean DEFAULT false NOT NULL,
	"revision" integer DEFAULT 1 NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "quotas_workspace_id_pk" PRIMARY KEY("workspace_id")
);
--> statement-breakpoint
CREATE TABLE "workspace_services" (
	"organization_id" uuid NOT NULL,
	"workspace_id" uuid NOT NULL,
	"service" text NOT NULL,
	"regions" text[] NOT NULL,
	CONSTRAINT "workspace_services_workspace_id_service_pk" PRIMARY KEY("workspace_id","service")
);
--> statement-breakpoint
CREATE TABLE "workspace_templates" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"workspace_id" uuid NOT NULL,
	"name" text NOT NULL,
	"owner_id" uuid NOT NULL,
	"spec" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "workspace_templates_name" UNIQUE("workspace_id","name")
);
--> statement-breakpoint
CREATE TABLE "workspaces" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"name" text NOT NULL,
	"boundary_locked" boolean DEFAULT false NOT NULL,
	"client_token" text,
	"revision" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"deleting_since" timestamp (3) with time zone,
	"deleted_at" timestamp (3) with time zone,
	CONSTRAINT "workspaces_tenant" UNIQUE("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "api_tokens" (
	"id" uuid PRIMARY KEY NOT NULL,
	"principal_id" uuid NOT NULL,
	"name" text NOT NULL,
	"hash" "bytea" NOT NULL,
	"read_only" boolean DEFAULT false NOT NULL,
	"workspace_id" uuid,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"revoked_at" timestamp (3) with time zone,
	"last_used_at" timestamp (3) with time zone,
	CONSTRAINT "api_tokens_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
CREATE TABLE "principals" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"issuer" text,
	"subject" text,
	"email" text,
	"email_verified" boolean DEFAULT false NOT NULL,
	"name" text NOT NULL,
	"organization_id" uuid,
	"created_at" timestamp (3) with time zone NOT NULL,
	"disabled_at" timestamp (3) with time zone,
	CONSTRAINT "principals_issuer_subject" UNIQUE("issuer","subject"),
	CONSTRAINT "principals_kind" CHECK ((kind = 'user' and issuer is not null and subject is not null and organization_id is null)
        or (kind = 'serviceAccount' and issuer is null and subject is null and organization_id is not null))
);
--> statement-breakpoint
CREATE TABLE "clusters" (
	"id" text PRIMARY KEY NOT NULL,
	"region" text NOT NULL,
	"owner" text,
	"fence" bigint DEFAULT 0 NOT NULL,
	"leased_until" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "resource_events" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"resource_id" uuid NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"code" text NOT NULL,
	"message" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "resource_secrets" (
	"resource_id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"access_token" text NOT NULL,
	"env" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"registry_credentials" jsonb
);
--> statement-breakpoint
CREATE TABLE "resources" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"workspace_id" uuid NOT NULL,
	"shard" smallint NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"region" text NOT NULL,
	"cluster_id" text NOT NULL,
	"owner_id" uuid NOT NULL,
	"tags" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"client_token" text,
	"revision" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"flavor" text NOT NULL,
	"spec" jsonb NOT NULL,
	"desired_state" text NOT NULL,
	"desired_at" timestamp (3) with time zone NOT NULL,
	"generation" integer DEFAULT 1 NOT NULL,
	"stop_cause" text,
	"observed" jsonb,
	"observed_at" timestamp (3) with time zone,
	"status" text NOT NULL,
	"status_reason" jsonb NOT NULL,
	"running_since" timestamp (3) with time zone,
	"stopped_at" timestamp (3) with time zone,
	"deleted_at" timestamp (3) with time zone,
	"replaced_by" uuid,
	CONSTRAINT "resources_tenant" UNIQUE("organization_id","workspace_id","id"),
	CONSTRAINT "resources_kind" CHECK (kind in ('notebook', 'container')),
	CONSTRAINT "resources_desired_state" CHECK (desired_state in ('running', 'stopped', 'deleted')),
	CONSTRAINT "resources_status" CHECK (status in ('CREATING', 'PROCESSING', 'RUNNING', 'STOPPING', 'STOPPED', 'DELETING', 'FAILED', 'DELETED'))
);
--> statement-breakpoint
CREATE TABLE "volumes" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"workspace_id" uuid NOT NULL,
	"shard" smallint NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"region" text NOT NULL,
	"cluster_id" text NOT NULL,
	"owner_id" uuid NOT NULL,
	"tags" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"client_token" text,
	"revision" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"size_gib" integer NOT NULL,
	"desired_state" text NOT NULL,
	"desired_at" timestamp (3) with time zone NOT NULL,
	"resource_id" uuid,
	"mount_path" text,
	"observed_size_gib" integer,
	"observed_at" timestamp (3) with time zone,
	"status" text NOT NULL,
	"status_reason" jsonb NOT NULL,
	"storage_since" timestamp (3) with time zone,
	"deleted_at" timestamp (3) with time zone,
	CONSTRAINT "volumes_tenant" UNIQUE("organization_id","workspace_id","id"),
	CONSTRAINT "volumes_size" CHECK (size_gib between 1 and 65536)
);
--> statement-breakpoint
CREATE TABLE "site_clock" (
	"id" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"offset_ms" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "site_clock_one_row" CHECK (id)
);
--> statement-breakpoint
CREATE TABLE "site_facts" (
	"name" text PRIMARY KEY NOT NULL,
	"value" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "idempotency_records" (
	"principal_id" uuid NOT NULL,
	"operation" text NOT NULL,
	"key" text NOT NULL,
	"request_hash" "bytea" NOT NULL,
	"status" smallint,
	"response" jsonb,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "idempotency_records_principal_id_operation_key_pk" PRIMARY KEY("principal_id","operation","key")
);
--> statement-breakpoint
CREATE TABLE "work_items" (
	"kind" text NOT NULL,
	"key" text NOT NULL,
	"cluster_id" text,
	"organization_id" uuid,
	"due_at" timestamp (3) with time zone NOT NULL,
	"run_after" timestamp (3) with time zone NOT NULL,
	"leased_until" timestamp (3) with time zone,
	"lease_owner" text,
	"attempts" integer DEFAULT 0 NOT NULL,
	"revision" bigint DEFAULT 1 NOT NULL,
	"parked_at" timestamp (3) with time zone,
	"last_error" text,
	CONSTRAINT "work_items_kind_key_pk" PRIMARY KEY("kind","key")
);
--> statement-breakpoint
ALTER TABLE "boundary_attachments" ADD CONSTRAINT "boundary_attachments_organization_id_workspace_id_workspaces_organization_id_id_fk" FOREIGN KEY ("organization_id","workspace_id") REFERENCES "public"."workspaces"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "boundary_attachments" ADD CONSTRAINT "boundary_attachments_organization_id_policy_id_policies_organization_id_id_fk" FOREIGN KEY ("organization_id","policy_id") REFERENCES "public"."policies"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identity_attachments" ADD CONSTRAINT "identity_attachments_organization_id_workspace_id_principal_id_memberships_organization_id_workspace_id_principal_id_fk" FOREIGN KEY ("organization_id","workspace_id","principal_id") REFERENCES "public"."memberships"("organization_id","workspace_id","principal_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identity_attachments" ADD CONSTRAINT "identity_attachments_organization_id_policy_id_policies_organization_id_id_fk" FOREIGN KEY ("organization_id","policy_id") REFERENCES "public"."policies"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_principal_id_principals_id_fk" FOREIGN KEY ("principal_id") REFERENCES "public"."principals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_organization_id_workspace_id_workspaces_organization_id_id_fk" FOREIGN KEY ("organization_id","workspace_id") REFERENCES "public"."workspaces"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "organizations" ADD CONSTRAINT "organizations_owner_id_principals_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."principals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policies" ADD CONSTRAINT "policies_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "quotas" ADD CONSTRAINT "quotas_organization_id_workspace_id_workspaces_organization_id_id_fk" FOREIGN KEY ("organization_id","workspace_id") REFERENCES "public"."workspaces"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "workspace_services" ADD CONSTRAINT "workspace_services_organization_id_workspace_id_workspaces_organization_id_id_fk" FOREIGN KEY ("organization_id","workspace_id") REFERENCES "public"."workspaces"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "workspace_templates" ADD CONSTRAINT "workspace_templates_owner_id_principals_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."principals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "workspace_templates" ADD CONSTRAINT "workspace_templates_organization_id_workspace_id_workspaces_organization_id_id_fk" FOREIGN KEY ("organization_id","workspace_id") REFERENCES "public"."workspaces"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "workspaces" ADD CONSTRAINT "workspaces_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_tokens" ADD CONSTRAINT "api_tokens_principal_id_principals_id_fk" FOREIGN KEY ("principal_id") REFERENCES "public"."principals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "resource_secrets" ADD CONSTRAINT "resource_secrets_resource_id_resources_id_fk" FOREIGN KEY ("resource_id") REFERENCES "public"."resources"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "resources" ADD CONSTRAINT "resources_owner_id_principals_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."principals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "resources" ADD CONSTRAINT "resources_organization_id_workspace_id_workspaces_organization_id_id_fk" FOREIGN KEY ("organization_id","workspace_id") REFERENCES "public"."workspaces"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "volumes" ADD CONSTRAINT "volumes_owner_id_principals_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."principals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "volumes" ADD CONSTRAINT "volumes_organization_id_workspace_id_workspaces_organization_id_id_fk" FOREIGN KEY ("organization_id","workspace_id") REFERENCES "public"."workspaces"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_events_organization" ON "audit_events" USING btree ("organization_id","id");--> statement-breakpoint
CREATE INDEX "audit_events_workspace" ON "audit_events" USING btree ("workspace_id","id");--> statement-breakpoint
CREATE INDEX "boundary_attachments_policy" ON "boundary_attachments" USING btree ("policy_id");--> statement-breakpoint
CREATE INDEX "identity_attachments_policy" ON "identity_attachments" USING btree ("policy_id");--> statement-breakpoint
CREATE INDEX "memberships_principal" ON "memberships" USING btree ("principal_id");--> statement-breakpoint
CREATE INDEX "organizations_owner" ON "organizations" USING btree ("owner_id");--> statement-breakpoint
CREATE UNIQUE INDEX "workspaces_name" ON "workspaces" USING btree ("organization_id","name") WHERE deleted_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "workspaces_client_token" ON "workspaces" USING btree ("organization_id","client_token") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "api_tokens_principal" ON "api_tokens" USING btree ("principal_id");--> statement-breakpoint
CREATE INDEX "principals_organization" ON "principals" USING btree ("organization_id");--> statement-breakpoint
CREATE UNIQUE INDEX "principals_service_account_name" ON "principals" USING btree ("organization_id","name") WHERE kind = 'serviceAccount' and disabled_at is null;--> statement-breakpoint
CREATE INDEX "resource_events_listing" ON "resource_events" USING btree ("resource_id","id");--> statement-breakpoint
CREATE INDEX "resources_listing" ON "resources" USING btree ("workspace_id","kind","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "resources_living_by_cluster" ON "resources" USING btree ("cluster_id","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "resources_living_by_organization" ON "resources" USING btree ("organization_id") WHERE deleted_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "resources_client_token" ON "resources" USING btree ("workspace_id","kind","client_token") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "volumes_listing" ON "volumes" USING btree ("workspace_id","id") WHERE deleted_at is null and kind = 'volume';--> statement-breakpoint
CREATE INDEX "volumes_resource" ON "volumes" USING btree ("resource_id");--> statement-breakpoint
CREATE INDEX "volumes_living_by_cluster" ON "volumes" USING btree ("cluster_id","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "volumes_client_token" ON "volumes" USING btree ("workspace_id","client_token") WHERE deleted_at is null and kind = 'volume';--> statement-breakpoint
CREATE INDEX "idempotency_records_created" ON "idempotency_records" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "work_items_due" ON "work_items" USING btree ("due_at");