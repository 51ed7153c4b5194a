import { sql } from "drizzle-orm";
import { check, index, jsonb, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
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

/**
 * What recorded decisions were made under, named by its hash, so that they can be made again whatever became of the
 * Policies. Of a Workspace, not of the Organization: its Admins may see it, those of others not. Append-only.
 */
export const policySets = pgTable(
  "policy_sets",
  {
    organizationId: id("organization_id").notNull(),
    workspaceId: id("workspace_id").notNull(),
    hash: text("hash").notNull(),
    content: text("content").notNull(),
    createdAt: moment("created_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.hash, t.workspaceId] }),
    check(
      "policy_sets_hash",
      sql`${t.hash} = 'sha256:' || encode(sha256(convert_to(${t.content}, 'UTF8')), 'hex')`,
    ),
  ],
);

export type AuditScope = "Organization" | "Billing" | "Workspace" | "Service";

export interface AuditActor {
  kind: "user" | "serviceAccount" | "operator" | "system";
  id: string | null;
  name: string;
}
