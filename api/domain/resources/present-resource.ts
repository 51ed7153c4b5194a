import { publicId } from "#domain/ids.ts";
import type { ShownResource } from "./shown-resource.ts";

/** What notebooks and containers show alike. */
export function presentResource(view: ShownResource) {
  const storageSince = view.volumes.find((volume) => volume.kind !== "volume")?.storageSince;
  return {
    organizationId: publicId("organization", view.organizationId),
    workspaceId: publicId("workspace", view.workspaceId),
    name: view.name,
    region: view.region,
    flavor: view.flavor,
    tags: view.tags,
    createdBy: publicId(view.ownerKind, view.ownerId),
    statusReason: view.statusReason,
    running: view.desiredState === "running",
    revision: view.revision,
    createdAt: view.createdAt.toISOString(),
    storageSince: storageSince ? new Date(storageSince).toISOString() : null,
    runningSince: view.runningSince?.toISOString() ?? null,
    stoppedAt: view.stoppedAt?.toISOString() ?? null,
  };
}
