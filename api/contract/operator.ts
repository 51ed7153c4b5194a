import { z } from "@hono/zod-openapi";
import { page, pageQuery, timestamp } from "./common.ts";
import { idSchema } from "./ids.ts";
import { operation } from "./operation.ts";

const tag = "Operator";
const clock = z.object({ now: timestamp() }).openapi("Clock");

export const getClock = operation("getClock", {
  method: "get",
  path: "/v1/operator/clock",
  tag,
  summary: "Read site time",
  response: clock,
});
export const advanceClock = operation("advanceClock", {
  method: "post",
  path: "/v1/operator/clock/advance",
  tag,
  summary: "Move site time forward (simulated sites only)",
  description: "Answers when everything that became due has run.",
  body: z.strictObject({ seconds: z.number().int().min(1).max(604_800) }).openapi("AdvanceRequest"),
  response: clock,
});

export const mintToken = operation("mintToken", {
  method: "post",
  path: "/v1/operator/tokens",
  tag,
  summary: "Mint a token for a person (simulated sites only)",
  description: "Creates the person and the memberships where missing, and sets the roles.",
  body: z
    .strictObject({
      organizationId: idSchema("organization"),
      email: z.email().max(254),
      workspaces: z
        .array(
          z.strictObject({ workspaceId: idSchema("workspace"), role: z.enum(["Admin", "Member"]) }),
        )
        .max(100)
        .optional(),
    })
    .openapi("MintRequest"),
  response: z
    .object({
      token: z.string().nullable(),
      userId: idSchema("user"),
      organizationId: idSchema("organization"),
      secretAlreadyShown: z.boolean().optional(),
    })
    .openapi("MintedToken"),
  status: 201,
});

const workItem = z
  .object({
    kind: z.string(),
    key: z.string(),
    dueAt: timestamp(),
    attempts: z.number().int(),
    parkedAt: timestamp().nullable(),
    lastError: z.string().nullable(),
  })
  .openapi("WorkItem");

export const listWorkItems = operation("listWorkItems", {
  method: "get",
  path: "/v1/operator/work-items",
  tag,
  summary: "What is waiting to be done, by kind and key",
  query: z.strictObject({ ...pageQuery, parked: z.enum(["true", "false"]).optional() }),
  response: page("WorkItemPage", workItem),
});
export const retryWorkItem = operation("retryWorkItem", {
  method: "post",
  path: "/v1/operator/work-items/{kind}/{key}/retry",
  tag,
  summary: "Run a parked item again",
  params: z.strictObject({ kind: z.string().min(1).max(64), key: z.string().min(1).max(128) }),
  response: workItem,
});

const failure = z
  .object({
    id: idSchema("failure"),
    region: z.string(),
    failure: z.string(),
    resourceId: z.string().nullable(),
    image: z.string().nullable(),
    remaining: z.number().int().nullable(),
    exitCode: z.number().int().nullable(),
  })
  .openapi("Failure");

export const injectFailure = operation("injectFailure", {
  method: "post",
  path: "/v1/operator/simulator/failures",
  tag,
  summary: "Make a simulated region fail on demand",
  description:
    "Notebooks count as used until `idle`; `activityUnknown` keeps anybody from telling whether they are (RES-9).",
  body: z
    .strictObject({
      region: z.string().min(1).max(63),
      failure: z.enum([
        "imagePull",
        "crash",
        "exit",
        "outOfMemory",
        "nodeLost",
        "volumeStuck",
        "apiErrors",
        "slow",
        "idle",
        "activityUnknown",
      ]),
      resourceId: idSchema("notebook", "container").optional(),
      image: z.string().max(255).optional(),
      count: z.number().int().min(1).max(1_000_000).optional(),
      exitCode: z.number().int().min(0).max(255).optional(),
    })
    .openapi("FailureRequest"),
  response: failure,
  status: 201,
});
export const listFailures = operation("listFailures", {
  method: "get",
  path: "/v1/operator/simulator/failures",
  tag,
  summary: "List the failures on demand",
  query: z.strictObject(pageQuery),
  response: page("FailurePage", failure),
});
export const clearFailure = operation("clearFailure", {
  method: "delete",
  path: "/v1/operator/simulator/failures/{failureId}",
  tag,
  summary: "End a failure on demand",
  params: z.strictObject({ failureId: idSchema("failure") }),
});
