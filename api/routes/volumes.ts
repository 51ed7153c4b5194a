import * as contract from "#contract/volumes.ts";
import { knownRegion } from "#domain/catalogue/check-choice.ts";
import { attachVolume } from "#domain/volumes/attach-volume.ts";
import { createVolume } from "#domain/volumes/create-volume.ts";
import { deleteVolume } from "#domain/volumes/delete-volume.ts";
import { detachVolume } from "#domain/volumes/detach-volume.ts";
import { getVolume } from "#domain/volumes/get-volume.ts";
import { listVolumes } from "#domain/volumes/list-volumes.ts";
import { updateVolume } from "#domain/volumes/update-volume.ts";
import { mountChange, mountRead, type Mounting } from "#http/mount.ts";

export function volumeRoutes(mounting: Mounting): void {
  const { catalogue } = mounting.site;
  mountChange(mounting, contract.createVolume, (ctx, { body }) => createVolume(ctx, body), {
    region: ({ body }) => knownRegion(catalogue, body.region),
  });
  mountRead(mounting, contract.listVolumes, (ctx, { query }) => listVolumes(ctx, query));
  mountRead(mounting, contract.getVolume, (ctx) => getVolume(ctx));
  mountChange(mounting, contract.updateVolume, (ctx, { body }) => updateVolume(ctx, body));
  mountChange(mounting, contract.attachVolume, (ctx, { body }) => attachVolume(ctx, body));
  mountChange(mounting, contract.detachVolume, (ctx) => detachVolume(ctx));
  mountChange(mounting, contract.deleteVolume, (ctx) => deleteVolume(ctx));
}
