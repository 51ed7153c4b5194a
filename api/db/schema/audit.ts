import { index, jsonb, pgTable, text } from "drizzle-orm/pg-core";
import { id, moment } from "./columns.ts";

/** AUD-1. Append-only: the application's role may neither update, delete nor truncate (AUD-2). */
export const auditEvents = pgTable(
  "audit_events",
  {
    id: id().primaryKey(),
    at: moment("at").notNull(),
    organizationId: id("organization_id"),
    workspaceId: id("workspace_id"),
    actor: jsonb("actor").$type<AuditActor>().notNull(),
    scope: text("scope").$type<AuditScope>().notNull(),
    category: text("category").notNull(),
    action: text("action").notNull(),
    target: jsonb("target").$type<{ kind: string; id: string | null; name?: string }>().notNull(),
    outcome: text("outcome").$type<"SUCCESS" | "FAILED">().notNull(),
    reason: text("reason"),
    details: jsonb("details"),
    requestId: text("request_id"),
    sourceAddress: text("source_address"),
  },
  (t) => [
    index("audit_events_organization").on(t.organizationId, t.id),
    index("audit_events_workspace").on(t.workspaceId, t.id),
  ],
);

export type AuditScope = "Organization" | "Billing" | "Workspace" | "Service";

export interface AuditActor {
  kind: "user" | "serviceAccount" | "operator" | "system";
  id: string | null;
  name: string;
}
