import { publicId } from "#domain/ids.ts";
import type { VolumeView } from "./volume-view.ts";

type Status = "CREATING" | "AVAILABLE" | "DELETING" | "FAILED";

/** A separate volume as the API shows it. */
export function presentVolume(view: VolumeView) {
  return {
    id: publicId("volume", view.id),
    organizationId: publicId("organization", view.organizationId),
    workspaceId: publicId("workspace", view.workspaceId),
    name: view.name,
    region: view.region,
    sizeGib: view.sizeGib,
    attachment:
      view.resourceId === null
        ? null
        : {
            containerId: publicId("container", view.resourceId),
            mountPath: view.mountPath!,
          },
    tags: view.tags,
    createdBy: publicId(view.ownerKind, view.ownerId),
    status: view.status as Status,
    statusReason: view.statusReason,
    revision: view.revision,
    createdAt: view.createdAt.toISOString(),
    storageSince: view.storageSince?.toISOString() ?? null,
  };
}
