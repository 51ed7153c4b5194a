import { z } from "@hono/zod-openapi";
import { amount, timestamp } from "./common.ts";
import { idSchema } from "./ids.ts";
import { operation } from "./operation.ts";
import { inWorkspace } from "./workspaces.ts";

const quota = z
  .object({
    workspaceId: idSchema("workspace"),
    period: z.enum(["day", "month"]),
    limitUsd: z.string(),
    enforceOnStart: z.boolean(),
    spentUsd: z.string(),
    resetsAt: timestamp(),
    revision: z.number().int(),
  })
  .openapi("Quota");

const request = z
  .strictObject({
    period: z.enum(["day", "month"]),
    limitUsd: amount(),
    enforceOnStart: z
      .boolean()
      .default(false)
      .openapi({ description: "Refuses start too once the limit is reached (QUO-2)." }),
  })
  .openapi("QuotaRequest");

const path = "/v1/workspaces/{workspaceId}/quota";
const tag = "Quota";

export const getQuota = operation("getQuota", {
  method: "get",
  path,
  tag,
  summary: "Read the Quota",
  params: inWorkspace,
  response: quota,
  revisioned: true,
});
export const putQuota = operation("putQuota", {
  method: "put",
  path,
  tag,
  summary: "Set the Quota",
  description: "Never resets what is spent (QUO-3).",
  params: inWorkspace,
  body: request,
  response: quota,
  revisioned: true,
});
export const deleteQuota = operation("deleteQuota", {
  method: "delete",
  path,
  tag,
  summary: "Remove the Quota",
  params: inWorkspace,
});
