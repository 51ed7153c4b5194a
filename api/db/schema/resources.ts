import { sql } from "drizzle-orm";
import {
  bigint,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  smallint,
  text,
  unique,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import type {
  ContainerSpec,
  GenerationEnd,
  Idleness,
  NotebookSpec,
  StatusReason,
  StopCause,
} from "#domain/resources/types.ts";
import type { ObservedWorkload } from "#ports/cluster.ts";
import { id, moment } from "./columns.ts";
import { workspaces } from "./organizations.ts";
import { principals } from "./principals.ts";

/**
 * Notebooks and containers. Three groups of columns that never mix: what is desired (written by verbs), what was
 * observed (written by the worker), what is derived from both (`deriveStatus`, stored at each write).
 */
export const resources = pgTable(
  "resources",
  {
    id: id().primaryKey(),
    organizationId: id("organization_id").notNull(),
    workspaceId: id("workspace_id").notNull(),
    shard: smallint("shard").notNull(),
    kind: text("kind").$type<"notebook" | "container">().notNull(),
    name: text("name").notNull(),
    region: text("region").notNull(),
    clusterId: text("cluster_id").notNull(),
    ownerId: id("owner_id")
      .notNull()
      .references(() => principals.id),
    tags: jsonb("tags").$type<Record<string, string>>().notNull().default({}),
    clientToken: text("client_token"),
    /** Moved by edits only (`If-Match`). */
    revision: integer("revision").notNull().default(1),
    createdAt: moment("created_at").notNull(),

    // Desired.
    flavor: text("flavor").notNull(),
    spec: jsonb("spec").$type<NotebookSpec | ContainerSpec>().notNull(),
    desiredState: text("desired_state").$type<"running" | "stopped" | "deleted">().notNull(),
    /** When the desired state was last changed: a stop is charged until then, not until it is observed (BIL-1). */
    desiredAt: moment("desired_at").notNull(),
    /** Counts the workloads asked for: start, restart and edits that need a new one add one. */
    generation: integer("generation").notNull().default(1),
    stopCause: text("stop_cause").$type<StopCause>(),
    /**
     * When each generation stopped being asked for, by generation; kept by a trigger until the worker has recorded what
     * ran. A generation is charged until then, however late the worker looks (BIL-1).
     */
    generationEnds: jsonb("generation_ends")
      .$type<Record<string, GenerationEnd>>()
      .notNull()
      .default({}),

    // Observed.
    observed: jsonb("observed").$type<ObservedWorkload | null>(),
    observedAt: moment("observed_at"),
    /** Of a running notebook with idle stop (RES-9). */
    idleness: jsonb("idleness").$type<Idleness | null>(),

    // Derived.
    status: text("status").notNull(),
    statusReason: jsonb("status_reason").$type<StatusReason>().notNull(),
    /** Of the latest running interval. */
    runningGeneration: integer("running_generation"),
    runningSince: moment("running_since"),
    stoppedAt: moment("stopped_at"),
    deletedAt: moment("deleted_at"),
    replacedBy: id("replaced_by"),
  },
  (t) => [
    unique("resources_tenant").on(t.organizationId, t.workspaceId, t.id),
    index("resources_listing")
      .on(t.workspaceId, t.kind, t.id)
      .where(sql`deleted_at is null`),
    index("resources_living_by_cluster")
      .on(t.clusterId, t.id)
      .where(sql`deleted_at is null`),
    index("resources_living_by_organization")
      .on(t.organizationId)
      .where(sql`deleted_at is null`),
    uniqueIndex("resources_client_token")
      .on(t.workspaceId, t.kind, t.clientToken)
      .where(sql`deleted_at is null and client_token is not null`),
    foreignKey({
      columns: [t.organizationId, t.workspaceId],
      foreignColumns: [workspaces.organizationId, workspaces.id],
    }),
    check("resources_kind", sql`kind in ('notebook', 'container')`),
    check("resources_desired_state", sql`desired_state in ('running', 'stopped', 'deleted')`),
    check(
      "resources_status",
      sql`status in ('CREATING', 'PROCESSING', 'RUNNING', 'STOPPING', 'STOPPED', 'DELETING', 'FAILED', 'DELETED')`,
    ),
  ],
);

/** Write-only values of a resource (secret environment, registry credentials) and its access token. */
export const resourceSecrets = pgTable(
  "resource_secrets",
  {
    resourceId: id("resource_id").primaryKey(),
    organizationId: id("organization_id").notNull(),
    accessToken: text("access_token").notNull(),
    env: jsonb("env").$type<Record<string, string>>().notNull().default({}),
    registryCredentials: jsonb("registry_credentials").$type<{
      server: string;
      username: string;
      password: string;
    } | null>(),
  },
  (t) => [foreignKey({ columns: [t.resourceId], foreignColumns: [resources.id] })],
);

/**
 * Persistent storage (RES-3): home volumes of notebooks, inline disks of containers, separate volumes. Home volumes and
 * disks die with their resource; separate volumes only when they are deleted.
 */
export const volumes = pgTable(
  "volumes",
  {
    id: id().primaryKey(),
    organizationId: id("organization_id").notNull(),
    workspaceId: id("workspace_id").notNull(),
    shard: smallint("shard").notNull(),
    kind: text("kind").$type<"home" | "disk" | "volume">().notNull(),
    name: text("name").notNull(),
    region: text("region").notNull(),
    clusterId: text("cluster_id").notNull(),
    ownerId: id("owner_id")
      .notNull()
      .references(() => principals.id),
    tags: jsonb("tags").$type<Record<string, string>>().notNull().default({}),
    clientToken: text("client_token"),
    revision: integer("revision").notNull().default(1),
    createdAt: moment("created_at").notNull(),

    sizeGib: integer("size_gib").notNull(),
    desiredState: text("desired_state").$type<"present" | "deleted">().notNull(),
    desiredAt: moment("desired_at").notNull(),
    /** The resource it is attached to, if any. */
    resourceId: id("resource_id"),
    mountPath: text("mount_path"),

    /** What the cluster last confirmed. */
    observedSizeGib: integer("observed_size_gib"),
    observedAt: moment("observed_at"),

    status: text("status")
      .$type<"CREATING" | "AVAILABLE" | "DELETING" | "FAILED" | "DELETED">()
      .notNull(),
    statusReason: jsonb("status_reason").$type<StatusReason>().notNull(),
    /** First provisioned: storage is charged from here (BIL-1). */
    storageSince: moment("storage_since"),
    deletedAt: moment("deleted_at"),
  },
  (t) => [
    unique("volumes_tenant").on(t.organizationId, t.workspaceId, t.id),
    index("volumes_listing")
      .on(t.workspaceId, t.id)
      .where(sql`deleted_at is null and kind = 'volume'`),
    index("volumes_resource").on(t.resourceId),
    index("volumes_living_by_organization")
      .on(t.organizationId)
      .where(sql`deleted_at is null`),
    index("volumes_living_by_cluster")
      .on(t.clusterId, t.id)
      .where(sql`deleted_at is null`),
    uniqueIndex("volumes_client_token")
      .on(t.workspaceId, t.clientToken)
      .where(sql`deleted_at is null and kind = 'volume' and client_token is not null`),
    foreignKey({
      columns: [t.organizationId, t.workspaceId],
      foreignColumns: [workspaces.organizationId, workspaces.id],
    }),
    check("volumes_size", sql`size_gib between 1 and 65536`),
  ],
);

/** What happened to a resource, in the words of the cluster (RES-6). */
export const resourceEvents = pgTable(
  "resource_events",
  {
    id: id().primaryKey(),
    organizationId: id("organization_id").notNull(),
    resourceId: id("resource_id").notNull(),
    at: moment("at").notNull(),
    code: text("code").notNull(),
    message: text("message").notNull(),
  },
  (t) => [index("resource_events_listing").on(t.resourceId, t.id)],
);

/** A cluster belongs to one replica by a lease; the fence grows with each new owner. Machine time. */
export const clusters = pgTable("clusters", {
  id: text("id").primaryKey(),
  region: text("region").notNull(),
  owner: text("owner"),
  fence: bigint("fence", { mode: "number" }).notNull().default(0),
  leasedUntil: moment("leased_until"),
});
