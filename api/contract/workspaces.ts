import { z } from "@hono/zod-openapi";
import {
  clientToken,
  displayName,
  idlePeriod,
  page,
  pageQuery,
  regionId,
  service,
  timestamp,
} from "./common.ts";
import { idSchema } from "./ids.ts";
import { operation } from "./operation.ts";

const notebookIdleStop = idlePeriod().nullable().openapi({
  description: "Idle stop of notebooks that say nothing themselves (RES-9); null: none.",
});

const workspace = z
  .object({
    id: idSchema("workspace"),
    organizationId: idSchema("organization"),
    name: z.string(),
    boundaryLocked: z.boolean(),
    notebookIdleStop,
    status: z.enum(["ACTIVE", "DELETING"]),
    revision: z.number().int(),
    createdAt: timestamp(),
  })
  .openapi("Workspace");

const request = z
  .strictObject({
    name: displayName(),
    boundaryLocked: z.boolean().default(false).openapi({
      description: "Refuses an Admin every boundary change that gains access (POL-8).",
    }),
    notebookIdleStop: notebookIdleStop.default(null),
    clientToken: clientToken().optional(),
  })
  .openapi("WorkspaceRequest");

const patch = z
  .strictObject({
    name: displayName().optional(),
    boundaryLocked: z.boolean().optional(),
    notebookIdleStop: notebookIdleStop.optional(),
  })
  .openapi("WorkspacePatch");

const inOrganization = z.strictObject({ organizationId: idSchema("organization") });
export const inWorkspace = z.strictObject({ workspaceId: idSchema("workspace") });
const tag = "Workspaces";

export const createWorkspace = operation("createWorkspace", {
  method: "post",
  path: "/v1/organizations/{organizationId}/workspaces",
  tag,
  summary: "Create a Workspace",
  params: inOrganization,
  body: request,
  response: workspace,
  status: 201,
  revisioned: true,
});
export const listWorkspaces = operation("listWorkspaces", {
  method: "get",
  path: "/v1/organizations/{organizationId}/workspaces",
  tag,
  summary: "List Workspaces",
  description: "The Owner sees all, others those they are members of (ORG-3).",
  params: inOrganization,
  query: z.strictObject(pageQuery),
  response: page("WorkspacePage", workspace),
});
export const getWorkspace = operation("getWorkspace", {
  method: "get",
  path: "/v1/workspaces/{workspaceId}",
  tag,
  summary: "Read a Workspace",
  params: inWorkspace,
  response: workspace,
  revisioned: true,
});
export const updateWorkspace = operation("updateWorkspace", {
  method: "patch",
  path: "/v1/workspaces/{workspaceId}",
  tag,
  summary: "Edit a Workspace",
  params: inWorkspace,
  body: patch,
  response: workspace,
  revisioned: true,
});
export const deleteWorkspace = operation("deleteWorkspace", {
  method: "delete",
  path: "/v1/workspaces/{workspaceId}",
  tag,
  summary: "Delete a Workspace",
  description: "With resources in it only with `force=true`, which deletes them first (ORG-6).",
  params: inWorkspace,
  query: z.strictObject({ force: z.enum(["true", "false"]).default("false") }),
  response: workspace,
  status: 202,
});

const enabledService = z
  .object({
    service,
    enabled: z.boolean(),
    regions: z.array(z.string()),
    available: z.boolean().openapi({
      description:
        "False: it can be named in Policies, but there is nothing to create yet (ORG-4).",
    }),
  })
  .openapi("WorkspaceService");

const oneService = inWorkspace.extend({ service });

export const listServices = operation("listServices", {
  method: "get",
  path: "/v1/workspaces/{workspaceId}/services",
  tag,
  summary: "List Services",
  description: "The Owner sees all, others those that are enabled (ORG-4).",
  params: inWorkspace,
  response: page("WorkspaceServicePage", enabledService),
});
export const enableService = operation("enableService", {
  method: "put",
  path: "/v1/workspaces/{workspaceId}/services/{service}",
  tag,
  summary: "Enable a Service in regions",
  params: oneService,
  body: z.strictObject({ regions: z.array(regionId()).min(1).max(64) }).openapi("ServiceRequest"),
  response: enabledService,
});
export const disableService = operation("disableService", {
  method: "delete",
  path: "/v1/workspaces/{workspaceId}/services/{service}",
  tag,
  summary: "Disable a Service",
  description: "What exists can still be read, stopped and deleted.",
  params: oneService,
});
