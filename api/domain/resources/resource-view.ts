import type pg from "pg";
import { columnsOf } from "#db/columns-of.ts";
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
  /** The Workspace's word on idle stop of notebooks (RES-9). */
  workspaceIdleMinutes: number | null;
  /** Of its registry credentials, all but the password (RBAC-3). */
  registry: { server: string; username: string } | null;
}

type Queryable = Pick<pg.Pool, "query">;

/** Of `resources r`; rows are `ResourceRow`s then. */
export const RESOURCE_COLUMNS = columnsOf(resources, "r");

const SELECT = `
  select ${RESOURCE_COLUMNS}, p.kind as "ownerKind",
    (select coalesce(json_agg(json_build_object('id', v.id, 'kind', v.kind, 'sizeGib', v.size_gib, 'mountPath', v.mount_path,
      'storageSince', v.storage_since, 'observedSizeGib', v.observed_size_gib, 'deletedAt', v.deleted_at) order by v.id), '[]')
     from volumes v where v.resource_id = r.id) as volumes,
    (select w.notebook_idle_minutes from workspaces w where w.id = r.workspace_id) as "workspaceIdleMinutes",
    case r.kind when 'container' then
      (select json_build_object('server', s.registry_credentials ->> 'server', 'username', s.registry_credentials ->> 'username')
       from resource_secrets s where s.resource_id = r.id and jsonb_typeof(s.registry_credentials) = 'object') end as registry
  from resources r join principals p on p.id = r.owner_id`;

/**
 * Resources that match, with what belongs to them, in one statement. `name` makes it a prepared one, planned once a
 * connection: planning would cost more than reading. `rest` is SQL after `from`, about `r`.
 */
export async function selectViews(
  db: Queryable,
  name: string,
  rest: string,
  values: unknown[],
): Promise<ResourceView[]> {
  const { rows } = await db.query<ResourceView>({
    name: `resources ${name}`,
    text: `${SELECT} ${rest}`,
    values,
  });
  return rows;
}

/** One resource. Throws `not_found` when it is gone meanwhile. */
export async function readView(
  db: Queryable,
  { organizationId, id }: { organizationId: string; id: string },
): Promise<ResourceView> {
  const rest = "where r.id = $1 and r.organization_id = $2";
  const [view] = await selectViews(db, "by id", rest, [id, organizationId]);
  if (view === undefined || view.deletedAt !== null) throw notFound("resource");
  return view;
}

/** Locks a living resource until the transaction ends, before its volumes, and reads it. */
export async function lockView(tx: TenantTx, id: string): Promise<ResourceView> {
  tx.send({
    name: "lock resource",
    text: "select from resources where id = $1 and organization_id = $2 for update",
    values: [id, tx.organizationId],
  });
  return readView(tx.client, { organizationId: tx.organizationId, id });
}
