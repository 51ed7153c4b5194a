CREATE TABLE "policy_sets" (
	"organization_id" uuid NOT NULL,
	"workspace_id" uuid NOT NULL,
	"hash" text NOT NULL,
	"content" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "policy_sets_organization_id_hash_workspace_id_pk" PRIMARY KEY("organization_id","hash","workspace_id"),
	CONSTRAINT "policy_sets_hash" CHECK ("policy_sets"."hash" = 'sha256:' || encode(sha256(convert_to("policy_sets"."content", 'UTF8')), 'hex'))
);
--> statement-breakpoint
-- AUD-2: policy sets are only ever added.
create trigger append_only before update or delete on policy_sets
for each row execute function refuse_change();
--> statement-breakpoint
create trigger append_only_truncate before truncate on policy_sets
for each statement execute function refuse_change();
