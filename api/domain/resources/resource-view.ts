import { and, eq, sql, type SQL } from "drizzle-orm";
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import { principals } from "#db/schema/principals.ts";
import { resources } from "#db/schema/resources.ts";
import type { TenantTx } from "#db/tenant.ts";
import { notFound } from "#domain/errors.ts";

export type ResourceRow = typeof resources.$inferSelect;
export type ResourceKind = ResourceRow["kind"];

/** A volume as its resource shows it. Moments are ISO strings with an offset. */
export interface MountedVolume {
  id: string;
  kind: "home" | "disk" | "volume";
  sizeGib: number;
  mountPath: string | null;
  storageSince: string | null;
  observedSizeGib: number | null;
  deletedAt: string | null;
}

/** A resource with everything of it that the API shows. */
export interface ResourceView extends ResourceRow {
  ownerKind: "user" | "serviceAccount";
  volumes: MountedVolume[];
  /** Of its registry credentials, all but the password (RBAC-3). */
  registry: { server: string; username: string } | null;
}

const mounted = sql<MountedVolume[]>`(
  select coalesce(json_agg(json_build_object('id', v.id, 'kind', v.kind, 'sizeGib', v.size_gib, 'mountPath', v.mount_path,
    'storageSince', v.storage_since, 'observedSizeGib', v.observed_size_gib, 'deletedAt', v.deleted_at) order by v.id), '[]')
  from volumes v where v.resource_id = ${resources.id})`;

const registry = sql<ResourceView["registry"]>`(
  select json_build_object('server', s.registry_credentials ->> 'server', 'username', s.registry_credentials ->> 'username')
  from resource_secrets s where s.resource_id = ${resources.id} and jsonb_typeof(s.registry_credentials) = 'object')`;

/** Resources that match, with what belongs to them, in one statement; add an order and a limit. */
export function selectViews(db: NodePgDatabase, where: SQL | undefined) {
  return db
    .select({ resource: resources, ownerKind: principals.kind, volumes: mounted, registry })
    .from(resources)
    .innerJoin(principals, eq(principals.id, resources.ownerId))
    .where(where);
}

export function toView({
  resource,
  ...rest
}: Awaited<ReturnType<typeof selectViews>>[number]): ResourceView {
  return { ...resource, ...rest };
}

/** One resource. Throws `not_found` when it is gone meanwhile. */
export async function readView(
  db: NodePgDatabase,
  { organizationId, id }: { organizationId: string; id: string },
): Promise<ResourceView> {
  const [row] = await selectViews(
    db,
    and(eq(resources.organizationId, organizationId), eq(resources.id, id)),
  );
  if (row === undefined || row.resource.deletedAt !== null) throw notFound("resource");
  return toView(row);
}

/** Locks a living resource until the transaction ends, before its volumes, and reads it. */
export async function lockView(tx: TenantTx, id: string): Promise<ResourceView> {
  await tx.db
    .select({ id: resources.id })
    .from(resources)
    .where(and(eq(resources.organizationId, tx.organizationId), eq(resources.id, id)))
    .for("update");
  return readView(tx.db, { organizationId: tx.organizationId, id });
}
