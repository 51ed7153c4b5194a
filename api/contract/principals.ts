import { z } from "@hono/zod-openapi";
import { displayName, page, pageQuery, timestamp } from "./common.ts";
import { idSchema } from "./ids.ts";
import { operation } from "./operation.ts";

const me = z
  .object({
    id: idSchema("user", "serviceAccount"),
    kind: z.enum(["user", "serviceAccount"]),
    name: z.string(),
    email: z.string().nullable(),
    memberships: z.array(
      z.object({
        organizationId: idSchema("organization"),
        workspaceId: idSchema("workspace").nullable(),
        role: z.enum(["Owner", "Admin", "Member"]),
      }),
    ),
  })
  .openapi("Me");

export const getMe = operation("getMe", {
  method: "get",
  path: "/v1/me",
  tag: "Principals",
  summary: "Who the caller is, and the roles held",
  response: me,
});

const tokenRequest = z
  .strictObject({
    name: displayName(),
    expiresInSeconds: z.number().int().min(60).max(31_622_400).default(7_776_000),
    readOnly: z.boolean().default(false),
    workspaceId: idSchema("workspace")
      .optional()
      .openapi({ description: "The token works in this Workspace only." }),
  })
  .openapi("TokenRequest");

const token = z
  .object({
    id: idSchema("token"),
    name: z.string(),
    readOnly: z.boolean(),
    workspaceId: idSchema("workspace").nullable(),
    createdAt: timestamp(),
    expiresAt: timestamp(),
    revokedAt: timestamp().nullable(),
    lastUsedAt: timestamp().nullable(),
  })
  .openapi("Token", { description: "An API token (ID-3). Its times are machine time." });

const issuedToken = token
  .extend({
    token: z.string().nullable().openapi({ description: "The secret; shown once." }),
    secretAlreadyShown: z.boolean().optional(),
  })
  .openapi("IssuedToken");

export const createToken = operation("createToken", {
  method: "post",
  path: "/v1/tokens",
  tag: "Principals",
  summary: "Make an API token for oneself",
  description:
    "By a person's own sign-in; an API token makes no others. Those of service accounts are made by who manages them.",
  body: tokenRequest,
  response: issuedToken,
  status: 201,
});
export const listTokens = operation("listTokens", {
  method: "get",
  path: "/v1/tokens",
  tag: "Principals",
  summary: "List one's own API tokens",
  query: z.strictObject(pageQuery),
  response: page("TokenPage", token),
});
export const revokeToken = operation("revokeToken", {
  method: "delete",
  path: "/v1/tokens/{tokenId}",
  tag: "Principals",
  summary: "Revoke one of one's own API tokens",
  params: z.strictObject({ tokenId: idSchema("token") }),
});

const serviceAccount = z
  .object({
    id: idSchema("serviceAccount"),
    organizationId: idSchema("organization"),
    name: z.string(),
    createdAt: timestamp(),
  })
  .openapi("ServiceAccount");

const inOrganization = z.strictObject({ organizationId: idSchema("organization") });
const one = z.strictObject({ serviceAccountId: idSchema("serviceAccount") });

export const createServiceAccount = operation("createServiceAccount", {
  method: "post",
  path: "/v1/organizations/{organizationId}/service-accounts",
  tag: "Principals",
  summary: "Make a service account",
  description: "It gets roles as a member of Workspaces, like a person.",
  params: inOrganization,
  body: z.strictObject({ name: displayName() }).openapi("ServiceAccountRequest"),
  response: serviceAccount,
  status: 201,
});
export const listServiceAccounts = operation("listServiceAccounts", {
  method: "get",
  path: "/v1/organizations/{organizationId}/service-accounts",
  tag: "Principals",
  summary: "List service accounts",
  params: inOrganization,
  query: z.strictObject(pageQuery),
  response: page("ServiceAccountPage", serviceAccount),
});
export const getServiceAccount = operation("getServiceAccount", {
  method: "get",
  path: "/v1/service-accounts/{serviceAccountId}",
  tag: "Principals",
  summary: "Read a service account",
  params: one,
  response: serviceAccount,
});
export const deleteServiceAccount = operation("deleteServiceAccount", {
  method: "delete",
  path: "/v1/service-accounts/{serviceAccountId}",
  tag: "Principals",
  summary: "Delete a service account",
  description: "Its tokens stop working at once; its resources stay.",
  params: one,
});
export const createServiceAccountToken = operation("createServiceAccountToken", {
  method: "post",
  path: "/v1/service-accounts/{serviceAccountId}/tokens",
  tag: "Principals",
  summary: "Make an API token for a service account",
  params: one,
  body: tokenRequest,
  response: issuedToken,
  status: 201,
});
export const listServiceAccountTokens = operation("listServiceAccountTokens", {
  method: "get",
  path: "/v1/service-accounts/{serviceAccountId}/tokens",
  tag: "Principals",
  summary: "List a service account's API tokens",
  params: one,
  query: z.strictObject(pageQuery),
  response: page("ServiceAccountTokenPage", token),
});
export const revokeServiceAccountToken = operation("revokeServiceAccountToken", {
  method: "delete",
  path: "/v1/service-accounts/{serviceAccountId}/tokens/{tokenId}",
  tag: "Principals",
  summary: "Revoke a service account's API token",
  params: one.extend({ tokenId: idSchema("token") }),
});
