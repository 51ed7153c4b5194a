import { z } from "@hono/zod-openapi";
import { clientToken, displayName, page, pageQuery, regionId, tags, timestamp } from "./common.ts";
import { idSchema } from "./ids.ts";
import { operation } from "./operation.ts";
import { mountPath } from "./mount-path.ts";
import { sizeGib, statusReason } from "./resources.ts";
import { inWorkspace } from "./workspaces.ts";

const volume = z
  .object({
    id: idSchema("volume"),
    organizationId: idSchema("organization"),
    workspaceId: idSchema("workspace"),
    name: z.string(),
    region: z.string(),
    sizeGib: z.number().int(),
    attachment: z.object({ containerId: idSchema("container"), mountPath: z.string() }).nullable(),
    tags,
    createdBy: idSchema("user", "serviceAccount"),
    status: z.enum(["CREATING", "AVAILABLE", "DELETING", "FAILED"]),
    statusReason,
    revision: z.number().int(),
    createdAt: timestamp(),
    storageSince: timestamp().nullable(),
  })
  .openapi("Volume");

const request = z
  .strictObject({
    name: displayName(),
    region: regionId(),
    sizeGib: sizeGib(),
    tags: tags.optional(),
    clientToken: clientToken().optional(),
  })
  .openapi("VolumeRequest");

const patch = z
  .strictObject({
    name: displayName().optional(),
    sizeGib: sizeGib().optional(),
    tags: tags.optional(),
  })
  .openapi("VolumePatch");

const one = z.strictObject({ volumeId: idSchema("volume") });
const tag = "Volumes";
const item = "/v1/volumes/{volumeId}" as const;

export const createVolume = operation("createVolume", {
  method: "post",
  path: "/v1/workspaces/{workspaceId}/volumes",
  tag,
  summary: "Create a volume",
  params: inWorkspace,
  body: request,
  response: volume,
  status: 201,
  revisioned: true,
});
export const listVolumes = operation("listVolumes", {
  method: "get",
  path: "/v1/workspaces/{workspaceId}/volumes",
  tag,
  summary: "List separate volumes",
  params: inWorkspace,
  query: z.strictObject(pageQuery),
  response: page("VolumePage", volume),
});
export const getVolume = operation("getVolume", {
  method: "get",
  path: item,
  tag,
  summary: "Read a volume",
  params: one,
  response: volume,
  revisioned: true,
});
export const updateVolume = operation("updateVolume", {
  method: "patch",
  path: item,
  tag,
  summary: "Rename or grow a volume",
  description: "It never shrinks (RES-3).",
  params: one,
  body: patch,
  response: volume,
  revisioned: true,
});
export const attachVolume = operation("attachVolume", {
  method: "post",
  path: `${item}/attach`,
  tag,
  summary: "Attach to a stopped container of the same region",
  params: one,
  body: z
    .strictObject({ containerId: idSchema("container"), mountPath: mountPath() })
    .openapi("AttachRequest"),
  response: volume,
});
export const detachVolume = operation("detachVolume", {
  method: "post",
  path: `${item}/detach`,
  tag,
  summary: "Detach from its stopped container",
  params: one,
  response: volume,
});
export const deleteVolume = operation("deleteVolume", {
  method: "delete",
  path: item,
  tag,
  summary: "Delete a volume and its data",
  description: "Refused with `volume_attached` while it is attached.",
  params: one,
  response: volume,
  status: 202,
});
