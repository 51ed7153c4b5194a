CREATE TABLE "access_sessions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"workspace_id" uuid NOT NULL,
	"resource_id" uuid NOT NULL,
	"principal_id" uuid NOT NULL,
	"token_id" uuid,
	"code_hash" "bytea",
	"cookie_hash" "bytea",
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "access_sessions_one_secret" CHECK ((code_hash is null) <> (cookie_hash is null))
);
--> statement-breakpoint
ALTER TABLE "access_sessions" ADD CONSTRAINT "access_sessions_organization_id_workspace_id_resource_id_resources_organization_id_workspace_id_id_fk" FOREIGN KEY ("organization_id","workspace_id","resource_id") REFERENCES "public"."resources"("organization_id","workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "access_sessions" ADD CONSTRAINT "access_sessions_principal_id_principals_id_fk" FOREIGN KEY ("principal_id") REFERENCES "public"."principals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "access_sessions" ADD CONSTRAINT "access_sessions_token_id_api_tokens_id_fk" FOREIGN KEY ("token_id") REFERENCES "public"."api_tokens"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "access_sessions_code" ON "access_sessions" USING btree ("code_hash");--> statement-breakpoint
CREATE UNIQUE INDEX "access_sessions_cookie" ON "access_sessions" USING btree ("cookie_hash");--> statement-breakpoint
CREATE INDEX "access_sessions_resource" ON "access_sessions" USING btree ("resource_id");