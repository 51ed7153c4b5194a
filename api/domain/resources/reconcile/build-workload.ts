import type { Database } from "#db/database.ts";
import type { resourceSecrets } from "#db/schema/resources.ts";
import type { Catalogue } from "#domain/catalogue/catalogue.ts";
import type { VolumeRequest, Workload } from "#ports/cluster.ts";
import type { ResourceRow } from "../resource-view.ts";
import type { ContainerSpec, NotebookSpec } from "../types.ts";

// RES-7: with the clusters' growing pauses that is a quarter of an hour of trying on a real one.
const MAX_RESTARTS = 5;
const JUPYTER_PORT = 8888;
const HOME = "/home/jovyan";

export interface WorkloadRequest {
  /** Those not provisioned yet, to be applied before the workload that mounts them. */
  volumes: VolumeRequest[];
  workload: Workload;
}

/** What to ask the cluster for, from the row, its volumes, its secrets and the size of its flavor. */
export async function buildWorkload(
  database: Database,
  catalogue: Catalogue,
  resource: ResourceRow,
): Promise<WorkloadRequest> {
  const flavor = catalogue.flavor(resource.flavor);
  if (flavor === undefined)
    throw new Error(`the site file no longer has the flavor "${resource.flavor}"`);
  const { mounted, env, accessToken, registryCredentials } = await readParts(database, resource.id);
  const { workspaceId, id: resourceId, generation, kind, name } = resource;
  return {
    volumes: mounted
      // What is there already grows by itself: a storage that cannot must not keep the workload from running.
      .filter(({ observedSizeGib }) => observedSizeGib === null)
      .map(({ id: volumeId, sizeGib }) => ({ workspaceId, volumeId, sizeGib })),
    workload: {
      workspaceId,
      resourceId,
      generation,
      kind,
      name,
      ...process(catalogue, resource, env),
      size: { vcpu: flavor.vcpu, memoryGib: flavor.memoryGib, gpu: flavor.gpu },
      mounts: mounted.map(({ id: volumeId, mountPath }) => ({
        volumeId,
        mountPath: mountPath ?? HOME,
      })),
      maxRestarts: MAX_RESTARTS,
      accessToken,
      registryCredentials,
    },
  };
}

/** What belongs to a resource outside its row: its secrets, and the volumes that it mounts. */
interface Parts extends Pick<
  typeof resourceSecrets.$inferSelect,
  "env" | "accessToken" | "registryCredentials"
> {
  mounted: {
    id: string;
    sizeGib: number;
    mountPath: string | null;
    observedSizeGib: number | null;
  }[];
}

async function readParts(database: Database, resourceId: string): Promise<Parts> {
  const { rows } = await database.pool.query<Parts>({
    name: "parts of a workload",
    text: `select s.env, s.access_token as "accessToken", s.registry_credentials as "registryCredentials",
        (select coalesce(json_agg(json_build_object('id', v.id, 'sizeGib', v.size_gib, 'mountPath', v.mount_path,
          'observedSizeGib', v.observed_size_gib) order by v.id), '[]')
         from volumes v where v.resource_id = s.resource_id and v.desired_state = 'present') as mounted
      from resource_secrets s where s.resource_id = $1`,
    values: [resourceId],
  });
  return rows[0]!;
}

function process(
  catalogue: Catalogue,
  resource: ResourceRow,
  secretEnv: Record<string, string>,
): Pick<Workload, "image" | "command" | "env" | "ports"> {
  if (resource.kind === "notebook") {
    const { image } = resource.spec as NotebookSpec;
    return {
      image: catalogue.imageReference("notebook", image),
      command: null,
      env: [],
      ports: [{ port: JUPYTER_PORT, protocol: "HTTP" }],
    };
  }
  const { image, command, env, ports } = resource.spec as ContainerSpec;
  return {
    image: catalogue.imageReference("container", image),
    command,
    ports,
    env: env.map(({ name, value, secret }) => ({
      name,
      value: (secret ? secretEnv[name] : value) ?? "",
      secret,
    })),
  };
}
