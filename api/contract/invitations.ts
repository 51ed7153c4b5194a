import { z } from "@hono/zod-openapi";
import { page, pageQuery, timestamp } from "./common.ts";
import { idSchema } from "./ids.ts";
import { operation } from "./operation.ts";
import { inWorkspace } from "./workspaces.ts";

const tag = "Invitations";
const role = z.enum(["Admin", "Member"]);
const status = z.enum(["PENDING", "ACCEPTED", "REVOKED", "EXPIRED"]);

const invitation = z
  .object({
    id: idSchema("invitation"),
    organizationId: idSchema("organization"),
    workspaceId: idSchema("workspace"),
    email: z.string(),
    role,
    status,
    invitedBy: idSchema("user", "serviceAccount"),
    createdAt: timestamp(),
    expiresAt: timestamp(),
    acceptedAt: timestamp().nullable(),
    acceptedBy: idSchema("user").nullable(),
    revokedAt: timestamp().nullable(),
  })
  .openapi("Invitation", {
    description:
      "An invitation to a Workspace (ORG-5). The code is in the mail alone. It is void once whoever invited may no longer do so.",
  });

const one = z.strictObject({ invitationId: idSchema("invitation") });

export const createInvitation = operation("createInvitation", {
  method: "post",
  path: "/v1/workspaces/{workspaceId}/invitations",
  tag,
  summary: "Invite somebody by e-mail",
  description:
    "The Owner invites with either role, an Admin invites Members. It holds for 7 days and once; inviting the same address again replaces the invitation that is pending.",
  params: inWorkspace,
  body: z.strictObject({ email: z.email().max(254), role }).openapi("InvitationRequest"),
  response: invitation,
  status: 201,
});
export const listInvitations = operation("listInvitations", {
  method: "get",
  path: "/v1/workspaces/{workspaceId}/invitations",
  tag,
  summary: "List invitations",
  params: inWorkspace,
  query: z.strictObject({ ...pageQuery, status: status.optional() }),
  response: page("InvitationPage", invitation),
});
export const getInvitation = operation("getInvitation", {
  method: "get",
  path: "/v1/invitations/{invitationId}",
  tag,
  summary: "Read an invitation",
  params: one,
  response: invitation,
});
export const revokeInvitation = operation("revokeInvitation", {
  method: "delete",
  path: "/v1/invitations/{invitationId}",
  tag,
  summary: "Revoke an invitation",
  description: "An Admin revokes those of Members only.",
  params: one,
});
export const acceptInvitation = operation("acceptInvitation", {
  method: "post",
  path: "/v1/invitations/accept",
  tag,
  summary: "Accept an invitation",
  description:
    "By a person's own sign-in, whose verified e-mail is the address that was invited. Answers what the person is a member of from now on.",
  body: z
    .strictObject({
      code: z
        .string()
        .regex(/^aifinv_[A-Za-z0-9_-]{43}$/, "must be the code of an invitation")
        .openapi({ description: "From the mail." }),
    })
    .openapi("AcceptRequest"),
  response: z
    .object({
      id: idSchema("invitation"),
      organizationId: idSchema("organization"),
      organizationName: z.string(),
      workspaceId: idSchema("workspace"),
      workspaceName: z.string(),
      role,
    })
    .openapi("AcceptedInvitation"),
});
