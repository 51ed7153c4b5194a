import { getTableColumns } from "drizzle-orm";
import { resources } from "#db/schema/resources.ts";
import type { Shown } from "#domain/access/target.ts";
import type { MountedVolume, ResourceKind, ResourceView } from "./resource-view.ts";

const FIELDS = [
  "id",
  "organizationId",
  "workspaceId",
  "kind",
  "name",
  "region",
  "ownerId",
  "tags",
  "revision",
  "createdAt",
  "flavor",
  "spec",
  "desiredState",
  "status",
  "statusReason",
  "idleness",
  "runningSince",
  "stoppedAt",
  "replacedBy",
] as const satisfies (keyof ResourceView)[];

type ShownVolume = Omit<MountedVolume, "storageSince" | "observedSizeGib" | "deletedAt"> & {
  storageSince: Date | string | null;
};

/** As much of a resource as the API shows; reading all that verbs need of it takes twice as long. */
export interface ShownResource extends Pick<
  ResourceView,
  (typeof FIELDS)[number] | "ownerKind" | "registry" | "workspaceIdleMinutes"
> {
  volumes: ShownVolume[];
}

/** What the statement finds; as JSON, its moments are strings. */
export type ShownRow = Omit<ShownResource, "volumes"> & {
  ownId: string | null;
  ownKind: "home" | "disk";
  ownSizeGib: number;
  ownMountPath: string | null;
  ownStorageSince: Date | string | null;
  /** Separate volumes; null where there is none. */
  attached: ShownVolume[] | null;
};

const COLUMNS = FIELDS.map((field) => `r.${getTableColumns(resources)[field].name} as "${field}"`);

// What a kind does not have is left out: a plan without it starts sooner.
const OF_NOTEBOOKS = `
    (select w.notebook_idle_minutes from workspaces w where w.id = r.workspace_id) as "workspaceIdleMinutes",
    null as attached, null as registry`;
const OF_CONTAINERS = `
    null as "workspaceIdleMinutes",
    (select json_agg(json_build_object('id', v.id, 'kind', v.kind, 'sizeGib', v.size_gib, 'mountPath', v.mount_path,
      'storageSince', v.storage_since) order by v.id)
     from volumes v where v.resource_id = r.id and v.kind = 'volume') as attached,
    (select json_build_object('server', s.registry_credentials ->> 'server', 'username', s.registry_credentials ->> 'username')
     from resource_secrets s where s.resource_id = r.id and jsonb_typeof(s.registry_credentials) = 'object') as registry`;

/** Resources `r` of a kind with what belongs to them; conditions on `r` go after it. Each has one home volume or disk. */
export function selectShown(kind: ResourceKind): string {
  return `
  select ${COLUMNS.join(", ")}, p.kind as "ownerKind", own.id as "ownId", own.kind as "ownKind",
    own.size_gib as "ownSizeGib", own.mount_path as "ownMountPath", own.storage_since as "ownStorageSince",
    ${kind === "container" ? OF_CONTAINERS : OF_NOTEBOOKS}
  from resources r join principals p on p.id = r.owner_id
    left join volumes own on own.resource_id = r.id and own.kind <> 'volume'`;
}

export function toShown(row: ShownRow): ShownResource {
  const own = row.ownId === null ? [] : [ownVolume(row, row.ownId)];
  return { ...row, volumes: row.attached === null ? own : [...own, ...row.attached] };
}

function ownVolume(row: ShownRow, id: string): ShownVolume {
  const { ownKind: kind, ownSizeGib: sizeGib, ownMountPath: mountPath } = row;
  return { id, kind, sizeGib, mountPath, storageSince: row.ownStorageSince };
}

/** A resource as a read of it shows it; whether it lives is the target's to say. */
export function shownResource(kind: ResourceKind): Shown<ShownResource> {
  const text = selectShown(kind);
  return {
    name: "shown",
    select: (id) => `select row_to_json(v) from (${text} where r.id = ${id}) v`,
    parse: (json) => fromJson(json as ShownRow),
  };
}

function fromJson(row: ShownRow): ShownResource {
  const { createdAt, runningSince, stoppedAt } = row;
  return toShown({
    ...row,
    createdAt: new Date(createdAt),
    runningSince: runningSince && new Date(runningSince),
    stoppedAt: stoppedAt && new Date(stoppedAt),
  });
}
