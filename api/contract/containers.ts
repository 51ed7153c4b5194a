import { z } from "@hono/zod-openapi";
import { accessSessionAnswer } from "./access-sessions.ts";
import { clientToken, displayName, page, pageQuery, regionId, tags } from "./common.ts";
import { command, disk, env, ports, registryCredentials } from "./container-fields.ts";
import { idSchema } from "./ids.ts";
import { imageName } from "./image-name.ts";
import { operation } from "./operation.ts";
import {
  access,
  flavorId,
  logsAnswer,
  port,
  resourceEvent,
  resourceFields,
  sizeGib,
} from "./resources.ts";
import { terminalAnswer } from "./terminals.ts";
import { inWorkspace } from "./workspaces.ts";

const maxRunningSeconds = z.number().int().min(60).max(31_622_400);

const container = z
  .object({
    id: idSchema("container"),
    ...resourceFields,
    status: z.enum(["PROCESSING", "RUNNING", "STOPPING", "STOPPED", "DELETING", "FAILED"]),
    image: z.string(),
    template: z.string().nullable(),
    ports: z.array(port),
    env: z.array(
      z.object({
        name: z.string(),
        value: z.string().nullable().openapi({
          description: "null where the variable is secret: secrets are write-only (RBAC-3).",
        }),
        secret: z.boolean(),
      }),
    ),
    command: z.array(z.string()).nullable(),
    disk: z.object({ sizeGib: z.number().int(), mountPath: z.string() }).nullable(),
    volumes: z.array(z.object({ volumeId: idSchema("volume"), mountPath: z.string() })),
    registryCredentials: z.object({ server: z.string(), username: z.string() }).nullable(),
    maxRunningSeconds: z.number().int().nullable(),
  })
  .openapi("Container");

const request = z
  .strictObject({
    name: displayName(),
    region: regionId(),
    flavor: flavorId(),
    image: imageName().optional().openapi({
      description: "An OCI reference, or the id of a catalogue image; this or `template`.",
    }),
    template: z.string().min(1).max(100).optional().openapi({
      description: "A template of the catalogue or of the Workspace; this or `image`.",
    }),
    ports: ports.optional(),
    env: env.optional(),
    command: command.optional(),
    disk: disk.optional(),
    registryCredentials: registryCredentials.optional(),
    maxRunningSeconds: maxRunningSeconds.optional(),
    tags: tags.optional(),
    clientToken: clientToken().optional(),
  })
  .superRefine((value, issue) => {
    if ((value.image === undefined) === (value.template === undefined)) {
      issue.addIssue({
        code: "custom",
        path: ["image"],
        message: 'give either "image" or "template"',
      });
    }
  })
  .openapi("ContainerRequest");

const patch = z
  .strictObject({
    name: displayName().optional(),
    flavor: flavorId().optional(),
    image: imageName().optional(),
    ports: ports.optional(),
    env: env.optional(),
    command: command.nullable().optional(),
    disk: z.strictObject({ sizeGib: sizeGib() }).optional(),
    registryCredentials: registryCredentials.nullable().optional(),
    maxRunningSeconds: maxRunningSeconds.nullable().optional(),
    tags: tags.optional(),
  })
  .openapi("ContainerPatch");

const one = z.strictObject({ containerId: idSchema("container") });
const tag = "Containers";
const item = "/v1/containers/{containerId}" as const;
const collection = "/v1/workspaces/{workspaceId}/containers" as const;

export const createContainer = operation("createContainer", {
  method: "post",
  path: collection,
  tag,
  summary: "Create a GPU Container",
  params: inWorkspace,
  body: request,
  response: container,
  status: 201,
  revisioned: true,
});
export const listContainers = operation("listContainers", {
  method: "get",
  path: collection,
  tag,
  summary: "List GPU Containers",
  params: inWorkspace,
  query: z.strictObject(pageQuery),
  response: page("ContainerPage", container),
});
export const getContainer = operation("getContainer", {
  method: "get",
  path: item,
  tag,
  summary: "Read a GPU Container",
  params: one,
  response: container,
  revisioned: true,
});
export const updateContainer = operation("updateContainer", {
  method: "patch",
  path: item,
  tag,
  summary: "Edit a GPU Container",
  description:
    "What the process sees (flavor, image, ports, environment, command) restarts a running one; the disk grows and never shrinks.",
  params: one,
  body: patch,
  response: container,
  revisioned: true,
});
export const deleteContainer = operation("deleteContainer", {
  method: "delete",
  path: item,
  tag,
  summary: "Delete a GPU Container and its disk",
  params: one,
  response: container,
  status: 202,
});
export const startContainer = operation("startContainer", {
  method: "post",
  path: `${item}/start`,
  tag,
  summary: "Start",
  params: one,
  response: container,
  status: 202,
});
export const stopContainer = operation("stopContainer", {
  method: "post",
  path: `${item}/stop`,
  tag,
  summary: "Stop",
  description: "Temporary storage is lost; the disk stays.",
  params: one,
  response: container,
  status: 202,
});
export const restartContainer = operation("restartContainer", {
  method: "post",
  path: `${item}/restart`,
  tag,
  summary: "Restart",
  params: one,
  response: container,
  status: 202,
});
export const getContainerAccess = operation("getContainerAccess", {
  method: "get",
  path: `${item}/access`,
  tag,
  summary: "Addresses and access token",
  params: one,
  response: access,
});
export const createContainerAccessSession = operation("createContainerAccessSession", {
  method: "post",
  path: `${item}/access-sessions`,
  tag,
  params: one,
  ...accessSessionAnswer,
});
export const listContainerEvents = operation("listContainerEvents", {
  method: "get",
  path: `${item}/events`,
  tag,
  summary: "What happened to it",
  params: one,
  query: z.strictObject(pageQuery),
  response: page("ContainerEventPage", resourceEvent),
});
export const getContainerLogs = operation("getContainerLogs", {
  method: "get",
  path: `${item}/logs`,
  tag,
  params: one,
  ...logsAnswer,
});
export const openContainerTerminal = operation("openContainerTerminal", {
  method: "get",
  path: `${item}/terminal`,
  tag,
  params: one,
  ...terminalAnswer,
});

const templateRequest = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(64)
      .regex(/^[a-z0-9][a-z0-9-]*$/, 'must be lower-case letters, digits and "-"'),
    image: imageName(),
    ports: ports.optional(),
    env: env.optional(),
    command: command.optional(),
    disk: disk.optional(),
  })
  .openapi("WorkspaceTemplateRequest");

const template = z
  .object({
    id: idSchema("template"),
    workspaceId: idSchema("workspace"),
    name: z.string(),
    image: z.string(),
    ports: z.array(port),
    env: z.array(z.object({ name: z.string(), value: z.string().nullable(), secret: z.boolean() })),
    command: z.array(z.string()).nullable(),
    disk: z.object({ sizeGib: z.number().int(), mountPath: z.string() }).nullable(),
    createdBy: idSchema("user", "serviceAccount"),
    createdAt: z.iso.datetime(),
  })
  .openapi("WorkspaceTemplate");

const oneTemplate = z.strictObject({ templateId: idSchema("template") });
const templates = "/v1/workspaces/{workspaceId}/templates" as const;

export const createWorkspaceTemplate = operation("createWorkspaceTemplate", {
  method: "post",
  path: templates,
  tag,
  summary: "Save a container template in the Workspace (CAT-4)",
  params: inWorkspace,
  body: templateRequest,
  response: template,
  status: 201,
});
export const listWorkspaceTemplates = operation("listWorkspaceTemplates", {
  method: "get",
  path: templates,
  tag,
  summary: "List the Workspace's templates",
  params: inWorkspace,
  query: z.strictObject(pageQuery),
  response: page("WorkspaceTemplatePage", template),
});
export const getWorkspaceTemplate = operation("getWorkspaceTemplate", {
  method: "get",
  path: "/v1/templates/{templateId}",
  tag,
  summary: "Read a Workspace's template",
  params: oneTemplate,
  response: template,
});
export const deleteWorkspaceTemplate = operation("deleteWorkspaceTemplate", {
  method: "delete",
  path: "/v1/templates/{templateId}",
  tag,
  summary: "Delete a Workspace's template",
  params: oneTemplate,
});
