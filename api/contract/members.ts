import { z } from "@hono/zod-openapi";
import { page, pageQuery, timestamp } from "./common.ts";
import { idSchema } from "./ids.ts";
import { operation } from "./operation.ts";
import { attachment, attachmentRequest, detachmentQuery } from "./policies.ts";
import { inWorkspace } from "./workspaces.ts";

const member = z
  .object({
    userId: idSchema("user", "serviceAccount"),
    kind: z.enum(["user", "serviceAccount"]),
    name: z.string(),
    email: z.string().nullable(),
    role: z.enum(["Admin", "Member"]),
    createdAt: timestamp(),
  })
  .openapi("Member");

const one = inWorkspace.extend({ userId: idSchema("user", "serviceAccount") });
const onePolicy = one.extend({ policyId: idSchema("policy") });
const tag = "Members";

export const listMembers = operation("listMembers", {
  method: "get",
  path: "/v1/workspaces/{workspaceId}/members",
  tag,
  summary: "List members",
  params: inWorkspace,
  query: z.strictObject(pageQuery),
  response: page("MemberPage", member),
});
export const getMember = operation("getMember", {
  method: "get",
  path: "/v1/workspaces/{workspaceId}/members/{userId}",
  tag,
  summary: "Read a membership",
  params: one,
  response: member,
});
export const putMember = operation("putMember", {
  method: "put",
  path: "/v1/workspaces/{workspaceId}/members/{userId}",
  tag,
  summary: "Add a member or set the role",
  description:
    "An Admin may only add, as Member, someone already known to the Organization (ORG-5).",
  params: one,
  body: z.strictObject({ role: z.enum(["Admin", "Member"]) }).openapi("MemberRequest"),
  response: member,
});
export const removeMember = operation("removeMember", {
  method: "delete",
  path: "/v1/workspaces/{workspaceId}/members/{userId}",
  tag,
  summary: "Remove a member",
  description:
    "An Admin removes Members only. Identity policies go with a membership that the Owner ends; otherwise they wait for the member's return.",
  params: one,
});
export const leaveWorkspace = operation("leaveWorkspace", {
  method: "delete",
  path: "/v1/me/memberships/{workspaceId}",
  tag,
  summary: "Leave a Workspace",
  description: "For people. The Owner is a member of no Workspace, so has none to leave.",
  params: inWorkspace,
});
export const listMemberPolicies = operation("listMemberPolicies", {
  method: "get",
  path: "/v1/workspaces/{workspaceId}/members/{userId}/policies",
  tag,
  summary: "List identity policies",
  description:
    "Also of somebody who is a member no longer, and whose Policies wait for the return.",
  params: one,
  response: page(
    "MemberPolicyPage",
    z
      .object({ policyId: idSchema("policy"), name: z.string(), createdAt: timestamp() })
      .openapi("MemberPolicy"),
  ),
});
export const attachMemberPolicy = operation("attachMemberPolicy", {
  method: "put",
  path: "/v1/workspaces/{workspaceId}/members/{userId}/policies/{policyId}",
  tag,
  summary: "Attach an identity policy",
  params: onePolicy,
  body: attachmentRequest,
  response: attachment,
});
export const detachMemberPolicy = operation("detachMemberPolicy", {
  method: "delete",
  path: "/v1/workspaces/{workspaceId}/members/{userId}/policies/{policyId}",
  tag,
  summary: "Detach an identity policy",
  params: onePolicy,
  query: detachmentQuery,
  response: attachment,
});
