import { and, eq, isNull } from "drizzle-orm";
import { requireAction } from "#domain/access/require-action.ts";
import { resources } from "#db/schema/resources.ts";
import type { ChangeContext } from "#domain/context.ts";
import { DomainError, notFound } from "#domain/errors.ts";
import { keyOf, publicId } from "#domain/ids.ts";
import { changeDesired } from "#domain/resources/change-desired.ts";
import { lockView, type ResourceView } from "#domain/resources/resource-view.ts";
import { recordEvent } from "#domain/resources/record-event.ts";
import { presentVolume } from "./present-volume.ts";
import { requireStopped } from "./require-stopped.ts";
import { storeVolumeEdit } from "./store-volume-edit.ts";
import { lockVolumeView, refuseDeletingVolume, type VolumeView } from "./volume-view.ts";

interface Input {
  containerId: string;
  mountPath: string;
}

/**
 * Attaches a volume to a stopped container of the same Workspace and region; one attachment at a time (RES-3). Throws
 * `not_found` for the container, `invalid_state`, `volume_attached`, `volume_elsewhere`, `mount_path_taken`.
 */
export async function attachVolume(ctx: ChangeContext, { containerId, mountPath }: Input) {
  const { tx, authorization } = ctx;
  const container = await lockContainer(ctx, keyOf(containerId));
  const volume = await lockVolumeView(tx, authorization.target.id);
  refuseDeletingVolume(volume, "attached");
  if (volume.resourceId === container.id && volume.mountPath === mountPath)
    return presentVolume(volume);
  if (volume.resourceId !== null) throw attachedAlready(volume);
  requireStopped(container, "attached to");
  refuseElsewhere(volume, container);
  refuseTakenPath(container, mountPath);
  const attached = await storeVolumeEdit(tx, volume, { resourceId: container.id, mountPath });
  recordEvent(tx, container, {
    code: "volumeAttached",
    message: `Volume "${volume.name}" was attached at ${mountPath}.`,
  });
  await changeDesired(tx, container, {});
  return presentVolume(attached);
}

/** The container must be one that the caller may edit, too. */
async function lockContainer(
  { tx, actor, authorization }: ChangeContext,
  id: string,
): Promise<ResourceView> {
  const [found] = await tx.db
    .select({ ownerId: resources.ownerId, region: resources.region })
    .from(resources)
    .where(
      and(
        eq(resources.organizationId, tx.organizationId),
        eq(resources.workspaceId, authorization.target.workspaceId!),
        eq(resources.id, id),
        eq(resources.kind, "container"),
        isNull(resources.deletedAt),
      ),
    );
  if (found === undefined) throw notFound("container");
  const owns = found.ownerId === actor.principalId;
  requireAction({ ...authorization, owns }, "container:update", found.region);
  return lockView(tx, id);
}

export function attachedAlready({ resourceId, mountPath }: VolumeView): DomainError {
  const containerId = publicId("container", resourceId!);
  return new DomainError(
    "volume_attached",
    `This volume is attached to ${containerId}. Detach it first.`,
    { containerId, mountPath },
  );
}

function refuseElsewhere(volume: VolumeView, container: ResourceView): void {
  if (volume.region === container.region && volume.clusterId === container.clusterId) return;
  const detail =
    volume.region === container.region
      ? `Both are in ${volume.region}, but on different clusters.`
      : `The volume is in ${volume.region}, the container in ${container.region}.`;
  throw new DomainError(
    "volume_elsewhere",
    `A volume attaches to a container of the same place. ${detail}`,
    { volumeRegion: volume.region, containerRegion: container.region },
  );
}

function refuseTakenPath(container: ResourceView, mountPath: string): void {
  const taken = container.volumes.find(
    ({ mountPath: other }) =>
      other !== null &&
      (`${other}/`.startsWith(`${mountPath}/`) || `${mountPath}/`.startsWith(`${other}/`)),
  );
  if (taken === undefined) return;
  throw new DomainError(
    "mount_path_taken",
    `${mountPath} and ${taken.mountPath}, where something is mounted already, lie in one another. Choose another path.`,
    { mountPath: taken.mountPath },
  );
}
