import { and, eq, sql } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import { resourceSecrets, volumes } from "#db/schema/resources.ts";
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

const { id, sizeGib, mountPath, observedSizeGib } = volumes;

/** What to ask the cluster for, from the row, its volumes, its secrets and the size of its flavor. */
export async function buildWorkload(
  database: Database,
  catalogue: Catalogue,
  resource: ResourceRow,
): Promise<WorkloadRequest> {
  const flavor = catalogue.flavor(resource.flavor);
  if (flavor === undefined)
    throw new Error(`the site file no longer has the flavor "${resource.flavor}"`);
  const [mounted, secrets] = await Promise.all([
    database.read
      .select({ id, sizeGib, mountPath, observedSizeGib })
      .from(volumes)
      .where(and(eq(volumes.resourceId, resource.id), eq(volumes.desiredState, "present")))
      .orderBy(sql`id`),
    database.read.select().from(resourceSecrets).where(eq(resourceSecrets.resourceId, resource.id)),
  ]);
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
      ...process(catalogue, resource, secrets[0]?.env ?? {}),
      size: { vcpu: flavor.vcpu, memoryGib: flavor.memoryGib, gpu: flavor.gpu },
      mounts: mounted.map(({ id: volumeId, mountPath }) => ({
        volumeId,
        mountPath: mountPath ?? HOME,
      })),
      maxRestarts: MAX_RESTARTS,
      accessToken: secrets[0]?.accessToken ?? "",
      registryCredentials: secrets[0]?.registryCredentials ?? null,
    },
  };
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
