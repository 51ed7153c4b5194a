import { z } from "@hono/zod-openapi";
import { EFFECTS, SERVICES } from "@aifactory/sdk/policy";
import { clientToken, page, pageQuery, timestamp } from "./common.ts";
import { idSchema } from "./ids.ts";
import { operation } from "./operation.ts";
import { inWorkspace } from "./workspaces.ts";

// The vocabulary (services, actions, regions, name pattern) is judged by `validatePolicy` of the SDK, which names the
// nearest known word (POL-4); the schema here only gives the shape.
export const statement = z
  .strictObject({
    effect: z.string().openapi({ enum: [...EFFECTS] }),
    service: z.string().openapi({ enum: [...SERVICES] }),
    regions: z.union([z.literal("*"), z.array(z.string()).min(1)]),
    actions: z.union([z.literal("*"), z.array(z.string()).min(1)]),
  })
  .openapi("Statement", {
    example: { effect: "Allow", service: "notebook", regions: ["hanoi"], actions: "*" },
  });

const policy = z
  .object({
    id: idSchema("policy"),
    organizationId: idSchema("organization"),
    name: z.string(),
    description: z.string().nullable(),
    statements: z.array(statement),
    revision: z.number().int(),
    createdAt: timestamp(),
  })
  .openapi("Policy");

export const policyName = () =>
  z
    .string()
    .min(1)
    .max(64)
    .regex(/^[A-Za-z0-9_-]+$/, 'must be letters, digits, "_" and "-" only');
export const description = () => z.string().max(100);
export const statements = () => z.array(statement).min(1).max(100);

/** What a change promises, so that a program such as a CI gate need not judge the answer. */
export const expectation = () =>
  z.enum(["noNewAccess"]).openapi({
    description:
      "Refuses the change with `new_access` where it would let anybody do anything more, also with a Service that is not enabled yet.",
  });

const request = z
  .strictObject({
    name: policyName(),
    description: description().optional(),
    statements: statements(),
    clientToken: clientToken().optional(),
  })
  .openapi("PolicyRequest");

const patch = z
  .strictObject({
    description: description().nullable().optional(),
    statements: statements().optional(),
    expect: expectation().optional(),
  })
  .openapi("PolicyPatch");

const cell = z.object({ action: z.string(), region: z.string() }).openapi("Cell");
const comparison = {
  gained: z.array(cell),
  lost: z.array(cell),
  warnings: z.array(z.object({ code: z.string(), message: z.string() })),
};
const place = {
  workspaceId: idSchema("workspace"),
  workspace: z.string().openapi({ description: "The Workspace's name." }),
  userId: idSchema("user", "serviceAccount").nullable().openapi({
    description: "null: whoever has no identity policies there.",
  }),
};

export const accessChange = z.object({ ...place, ...comparison }).openapi("AccessChange", {
  description: "What somebody gains and loses in a Workspace (POL-6, POL-8).",
});
export const newAccess = z.object({ ...place, gained: comparison.gained }).openapi("NewAccess", {
  description:
    'What somebody would gain in a Workspace if every Service were enabled there; the region "*" stands for those that the site adds later.',
});

export const attachmentRequest = z
  .strictObject({ expect: expectation().optional() })
  .openapi("AttachmentRequest");
export const detachmentQuery = z.strictObject({ expect: expectation().optional() });

export const attachment = z
  .object({ workspaceId: idSchema("workspace"), policyId: idSchema("policy"), ...comparison })
  .openapi("AttachmentChange", {
    description: "What a Member gains and loses by the change (POL-8).",
  });

const edited = policy
  .extend({
    changes: z.array(accessChange).openapi({
      description: "Of every place where it is attached, what the edit gives and takes there.",
    }),
  })
  .openapi("PolicyEdit");

const inOrganization = z.strictObject({ organizationId: idSchema("organization") });
const one = z.strictObject({ policyId: idSchema("policy") });
const attached = inWorkspace.extend({ policyId: idSchema("policy") });
const tag = "Policies";

export const createPolicy = operation("createPolicy", {
  method: "post",
  path: "/v1/organizations/{organizationId}/policies",
  tag,
  summary: "Create a Policy",
  params: inOrganization,
  body: request,
  response: policy,
  status: 201,
  revisioned: true,
});
export const listPolicies = operation("listPolicies", {
  method: "get",
  path: "/v1/organizations/{organizationId}/policies",
  tag,
  summary: "List Policies",
  params: inOrganization,
  query: z.strictObject(pageQuery),
  response: page("PolicyPage", policy),
});
export const getPolicy = operation("getPolicy", {
  method: "get",
  path: "/v1/policies/{policyId}",
  tag,
  summary: "Read a Policy",
  params: one,
  response: policy,
  revisioned: true,
});
export const updatePolicy = operation("updatePolicy", {
  method: "patch",
  path: "/v1/policies/{policyId}",
  tag,
  summary: "Edit a Policy",
  description: "The name cannot change (POL-1).",
  params: one,
  body: patch,
  response: edited,
  revisioned: true,
});
export const deletePolicy = operation("deletePolicy", {
  method: "delete",
  path: "/v1/policies/{policyId}",
  tag,
  summary: "Delete a Policy",
  description: "Refused with `policy_attached` while it is attached anywhere (POL-9).",
  params: one,
});
export const listWorkspacePolicies = operation("listWorkspacePolicies", {
  method: "get",
  path: "/v1/workspaces/{workspaceId}/policies",
  tag,
  summary: "List a Workspace's boundary",
  params: inWorkspace,
  response: page("WorkspacePolicyPage", policy),
});
export const attachWorkspacePolicy = operation("attachWorkspacePolicy", {
  method: "put",
  path: "/v1/workspaces/{workspaceId}/policies/{policyId}",
  tag,
  summary: "Attach a Policy as boundary",
  params: attached,
  body: attachmentRequest,
  response: attachment,
});
export const detachWorkspacePolicy = operation("detachWorkspacePolicy", {
  method: "delete",
  path: "/v1/workspaces/{workspaceId}/policies/{policyId}",
  tag,
  summary: "Detach a Policy",
  params: attached,
  query: detachmentQuery,
  response: attachment,
});
