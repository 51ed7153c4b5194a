ALTER TABLE "notices" DROP CONSTRAINT "notices_audience";--> statement-breakpoint
ALTER TABLE "notices" DROP CONSTRAINT "notices_of_workspace";--> statement-breakpoint
ALTER TABLE "notices" ADD COLUMN "principal_id" uuid;--> statement-breakpoint
ALTER TABLE "workspaces" ADD COLUMN "notebook_idle_minutes" integer;--> statement-breakpoint
ALTER TABLE "resources" ADD COLUMN "idleness" jsonb;--> statement-breakpoint
ALTER TABLE "notices" ADD CONSTRAINT "notices_principal_id_principals_id_fk" FOREIGN KEY ("principal_id") REFERENCES "public"."principals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notices" ADD CONSTRAINT "notices_person" CHECK ((audience = 'person') = (principal_id is not null));--> statement-breakpoint
ALTER TABLE "notices" ADD CONSTRAINT "notices_audience" CHECK (audience in ('owner', 'workspace', 'person', 'recipients'));--> statement-breakpoint
ALTER TABLE "notices" ADD CONSTRAINT "notices_of_workspace" CHECK (audience not in ('workspace', 'person') or workspace_id is not null);