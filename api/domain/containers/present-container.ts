import { publicId } from "#domain/ids.ts";
import { presentResource } from "#domain/resources/present-resource.ts";
import type { ShownResource } from "#domain/resources/shown-resource.ts";
import type { ContainerSpec } from "#domain/resources/types.ts";

type Status = "PROCESSING" | "RUNNING" | "STOPPING" | "STOPPED" | "DELETING" | "FAILED";

/** A GPU Container as the API shows it; secrets are write-only (RBAC-3). */
export function presentContainer(view: ShownResource) {
  const spec = view.spec as ContainerSpec;
  const disk = view.volumes.find((volume) => volume.kind === "disk");
  return {
    id: publicId("container", view.id),
    ...presentResource(view),
    status: view.status as Status,
    image: spec.image,
    template: spec.template,
    ports: spec.ports,
    env: spec.env,
    command: spec.command,
    disk: disk === undefined ? null : { sizeGib: disk.sizeGib, mountPath: disk.mountPath! },
    volumes: view.volumes
      .filter((volume) => volume.kind === "volume")
      .map(({ id, mountPath }) => ({ volumeId: publicId("volume", id), mountPath: mountPath! })),
    registryCredentials: view.registry,
    maxRunningSeconds: spec.maxRunningSeconds,
  };
}
