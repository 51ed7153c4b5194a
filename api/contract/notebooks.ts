import { z } from "@hono/zod-openapi";
import { accessSessionAnswer } from "./access-sessions.ts";
import {
  clientToken,
  displayName,
  idlePeriod,
  page,
  pageQuery,
  regionId,
  tags,
  timestamp,
} from "./common.ts";
import { idSchema } from "./ids.ts";
import { imageName } from "./image-name.ts";
import { operation } from "./operation.ts";
import {
  access,
  flavorId,
  logsAnswer,
  resourceEvent,
  resourceFields,
  sizeGib,
} from "./resources.ts";
import { terminalAnswer } from "./terminals.ts";
import { inWorkspace } from "./workspaces.ts";

const idleStop = z
  .union([idlePeriod(), z.enum(["never"])])
  .nullable()
  .openapi({
    description:
      "What the notebook says itself of being stopped when nobody uses it (RES-9); null: what its Workspace says.",
  });

const idleStopInForce = z
  .object({ afterMinutes: z.number().int(), from: z.enum(["notebook", "workspace"]) })
  .nullable()
  .openapi({ description: "The idle stop that holds, and who says so; null: none." });

const announcedStop = z.object({ since: timestamp(), stopsAt: timestamp() }).nullable().openapi({
  description:
    "Nobody has used it since then, and unless somebody does it is stopped at that moment; null: no stop is announced.",
});

const notebook = z
  .object({
    id: idSchema("notebook"),
    ...resourceFields,
    status: z.enum(["CREATING", "RUNNING", "STOPPING", "STOPPED", "DELETING", "FAILED"]),
    image: z.string(),
    homeVolume: z.object({ sizeGib: z.number().int() }),
    idleStop,
    idleStopInForce,
    idle: announcedStop,
    replacedBy: idSchema("notebook").nullable(),
  })
  .openapi("Notebook");

const request = z
  .strictObject({
    name: displayName(),
    region: regionId(),
    flavor: flavorId(),
    image: imageName(),
    homeVolume: z.strictObject({ sizeGib: sizeGib() }),
    idleStop: idleStop.default(null),
    tags: tags.optional(),
    clientToken: clientToken().optional(),
  })
  .openapi("NotebookRequest");

const patch = z
  .strictObject({
    name: displayName().optional(),
    flavor: flavorId().optional(),
    image: imageName().optional(),
    homeVolume: z.strictObject({ sizeGib: sizeGib() }).optional(),
    idleStop: idleStop.optional(),
    tags: tags.optional(),
  })
  .openapi("NotebookPatch");

const one = z.strictObject({ notebookId: idSchema("notebook") });
const tag = "Notebooks";
const item = "/v1/notebooks/{notebookId}" as const;
const collection = "/v1/workspaces/{workspaceId}/notebooks" as const;

export const createNotebook = operation("createNotebook", {
  method: "post",
  path: collection,
  tag,
  summary: "Create an AI Notebook",
  params: inWorkspace,
  body: request,
  response: notebook,
  status: 201,
  revisioned: true,
});
export const listNotebooks = operation("listNotebooks", {
  method: "get",
  path: collection,
  tag,
  summary: "List AI Notebooks",
  params: inWorkspace,
  query: z.strictObject(pageQuery),
  response: page("NotebookPage", notebook),
});
export const getNotebook = operation("getNotebook", {
  method: "get",
  path: item,
  tag,
  summary: "Read an AI Notebook",
  params: one,
  response: notebook,
  revisioned: true,
});
export const updateNotebook = operation("updateNotebook", {
  method: "patch",
  path: item,
  tag,
  summary: "Edit an AI Notebook",
  description:
    "A new flavor or image restarts a running one, nothing else does; the home volume grows and never shrinks (RES-3).",
  params: one,
  body: patch,
  response: notebook,
  revisioned: true,
});
export const deleteNotebook = operation("deleteNotebook", {
  method: "delete",
  path: item,
  tag,
  summary: "Delete an AI Notebook and its home volume",
  params: one,
  response: notebook,
  status: 202,
});
export const startNotebook = operation("startNotebook", {
  method: "post",
  path: `${item}/start`,
  tag,
  summary: "Start",
  params: one,
  response: notebook,
  status: 202,
});
export const stopNotebook = operation("stopNotebook", {
  method: "post",
  path: `${item}/stop`,
  tag,
  summary: "Stop",
  description: "The home volume stays and is still charged.",
  params: one,
  response: notebook,
  status: 202,
});
export const recreateNotebook = operation("recreateNotebook", {
  method: "post",
  path: `${item}/recreate`,
  tag,
  summary: "Delete it and provision a new one of the same configuration",
  params: one,
  body: z
    .strictObject({ homeVolume: z.enum(["keep", "discard"]).default("keep") })
    .openapi("RecreateRequest"),
  response: notebook,
  status: 201,
});
export const getNotebookAccess = operation("getNotebookAccess", {
  method: "get",
  path: `${item}/access`,
  tag,
  summary: "Addresses and access token",
  params: one,
  response: access,
});
export const createNotebookAccessSession = operation("createNotebookAccessSession", {
  method: "post",
  path: `${item}/access-sessions`,
  tag,
  params: one,
  ...accessSessionAnswer,
});
export const listNotebookEvents = operation("listNotebookEvents", {
  method: "get",
  path: `${item}/events`,
  tag,
  summary: "What happened to it",
  params: one,
  query: z.strictObject(pageQuery),
  response: page("NotebookEventPage", resourceEvent),
});
export const getNotebookLogs = operation("getNotebookLogs", {
  method: "get",
  path: `${item}/logs`,
  tag,
  params: one,
  ...logsAnswer,
});
export const openNotebookTerminal = operation("openNotebookTerminal", {
  method: "get",
  path: `${item}/terminal`,
  tag,
  params: one,
  ...terminalAnswer,
});
