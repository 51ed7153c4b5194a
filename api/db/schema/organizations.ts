import { sql } from "drizzle-orm";
import {
  bigint,
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
  uniqueIndex,
} from "drizzle-orm/pg-core";
import type { Service, Statement } from "@aifactory/sdk/policy";
import { id, micros, moment } from "./columns.ts";
import { principals } from "./principals.ts";

export const organizations = pgTable(
  "organizations",
  {
    id: id().primaryKey(),
    name: text("name").notNull(),
    /** The one Owner (ORG-1); a trigger refuses to change it. */
    ownerId: id("owner_id")
      .notNull()
      .references(() => principals.id),
    /** 0 … 63: the part of the site's billing this Organization belongs to; never changes. */
    shard: smallint("shard").notNull(),
    /** Moved by triggers on whatever decides access; compiled access is cached under it. */
    accessVersion: bigint("access_version", { mode: "number" }).notNull().default(1),
    revision: integer("revision").notNull().default(1),
    createdAt: moment("created_at").notNull(),
  },
  (t) => [
    index("organizations_owner").on(t.ownerId),
    unique("organizations_id_shard").on(t.id, t.shard),
    check("organizations_shard", sql`shard between 0 and 63`),
  ],
);

export const workspaces = pgTable(
  "workspaces",
  {
    id: id().primaryKey(),
    organizationId: id("organization_id")
      .notNull()
      .references(() => organizations.id),
    name: text("name").notNull(),
    /** POL-8: an Admin's change that gains any cell is refused. */
    boundaryLocked: boolean("boundary_locked").notNull().default(false),
    /** RES-9: idle stop of notebooks that say nothing themselves; null: none. */
    notebookIdleMinutes: integer("notebook_idle_minutes"),
    clientToken: text("client_token"),
    revision: integer("revision").notNull().default(1),
    createdAt: moment("created_at").notNull(),
    /** Set when deletion was accepted: resources go first (ORG-6), then `deletedAt`. */
    deletingSince: moment("deleting_since"),
    deletedAt: moment("deleted_at"),
  },
  (t) => [
    unique("workspaces_tenant").on(t.organizationId, t.id),
    uniqueIndex("workspaces_name")
      .on(t.organizationId, t.name)
      .where(sql`deleted_at is null`),
    uniqueIndex("workspaces_client_token")
      .on(t.organizationId, t.clientToken)
      .where(sql`deleted_at is null`),
  ],
);

const ofWorkspace = () => ({
  organizationId: id("organization_id").notNull(),
  workspaceId: id("workspace_id").notNull(),
});

export const workspaceServices = pgTable(
  "workspace_services",
  {
    ...ofWorkspace(),
    service: text("service").$type<Service>().notNull(),
    regions: text("regions").array().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.service] }),
    foreignKey({
      columns: [t.organizationId, t.workspaceId],
      foreignColumns: [workspaces.organizationId, workspaces.id],
    }),
  ],
);

/** A person or service account in one Workspace (ORG-5). */
export const memberships = pgTable(
  "memberships",
  {
    ...ofWorkspace(),
    principalId: id("principal_id")
      .notNull()
      .references(() => principals.id),
    role: text("role").$type<"Admin" | "Member">().notNull(),
    createdAt: moment("created_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.principalId] }),
    unique("memberships_tenant").on(t.organizationId, t.workspaceId, t.principalId),
    index("memberships_principal").on(t.principalId),
    foreignKey({
      columns: [t.organizationId, t.workspaceId],
      foreignColumns: [workspaces.organizationId, workspaces.id],
    }),
    check("memberships_role", sql`role in ('Admin', 'Member')`),
  ],
);

export const policies = pgTable(
  "policies",
  {
    id: id().primaryKey(),
    organizationId: id("organization_id")
      .notNull()
      .references(() => organizations.id),
    name: text("name").notNull(),
    description: text("description"),
    statements: jsonb("statements").$type<Statement[]>().notNull(),
    clientToken: text("client_token"),
    revision: integer("revision").notNull().default(1),
    createdAt: moment("created_at").notNull(),
  },
  (t) => [
    unique("policies_tenant").on(t.organizationId, t.id),
    unique("policies_name").on(t.organizationId, t.name),
    unique("policies_client_token").on(t.organizationId, t.clientToken),
  ],
);

/** Permission boundaries (POL-2). */
export const boundaryAttachments = pgTable(
  "boundary_attachments",
  {
    ...ofWorkspace(),
    policyId: id("policy_id").notNull(),
    createdAt: moment("created_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.policyId] }),
    index("boundary_attachments_policy").on(t.policyId),
    foreignKey({
      columns: [t.organizationId, t.workspaceId],
      foreignColumns: [workspaces.organizationId, workspaces.id],
    }),
    foreignKey({
      columns: [t.organizationId, t.policyId],
      foreignColumns: [policies.organizationId, policies.id],
    }),
  ],
);

/** Identity policies (POL-2) of a principal in a Workspace: they outlive a membership that the Owner did not end. */
export const identityAttachments = pgTable(
  "identity_attachments",
  {
    ...ofWorkspace(),
    principalId: id("principal_id")
      .notNull()
      .references(() => principals.id),
    policyId: id("policy_id").notNull(),
    createdAt: moment("created_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.principalId, t.policyId] }),
    index("identity_attachments_policy").on(t.policyId),
    foreignKey({
      columns: [t.organizationId, t.workspaceId],
      foreignColumns: [workspaces.organizationId, workspaces.id],
    }),
    foreignKey({
      columns: [t.organizationId, t.policyId],
      foreignColumns: [policies.organizationId, policies.id],
    }),
  ],
);

/** QUO-1: at most one a Workspace. */
export const quotas = pgTable(
  "quotas",
  {
    ...ofWorkspace(),
    period: text("period").$type<"day" | "month">().notNull(),
    limitUsdMicros: micros("limit_usd_micros").notNull(),
    enforceOnStart: boolean("enforce_on_start").notNull().default(false),
    revision: integer("revision").notNull().default(1),
    updatedAt: moment("updated_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId] }),
    index("quotas_organization").on(t.organizationId),
    foreignKey({
      columns: [t.organizationId, t.workspaceId],
      foreignColumns: [workspaces.organizationId, workspaces.id],
    }),
  ],
);

/** Templates saved by a Workspace (CAT-4). */
export const workspaceTemplates = pgTable(
  "workspace_templates",
  {
    id: id().primaryKey(),
    ...ofWorkspace(),
    name: text("name").notNull(),
    ownerId: id("owner_id")
      .notNull()
      .references(() => principals.id),
    spec: jsonb("spec").notNull(),
    createdAt: moment("created_at").notNull(),
  },
  (t) => [
    unique("workspace_templates_name").on(t.workspaceId, t.name),
    foreignKey({
      columns: [t.organizationId, t.workspaceId],
      foreignColumns: [workspaces.organizationId, workspaces.id],
    }),
  ],
);
