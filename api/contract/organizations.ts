import { z } from "@hono/zod-openapi";
import { displayName, page, pageQuery, timestamp } from "./common.ts";
import { idSchema } from "./ids.ts";
import { operation } from "./operation.ts";

const organization = z
  .object({
    id: idSchema("organization"),
    name: z.string(),
    ownerId: idSchema("user"),
    revision: z.number().int(),
    createdAt: timestamp(),
  })
  .openapi("Organization");

const request = z.strictObject({ name: displayName() }).openapi("OrganizationRequest");
const one = z.strictObject({ organizationId: idSchema("organization") });

export const createOrganization = operation("createOrganization", {
  method: "post",
  path: "/v1/organizations",
  tag: "Organizations",
  summary: "Create an Organization",
  description: "The caller becomes its Owner, for good (ORG-1). It gets one Wallet (ORG-2).",
  body: request,
  response: organization,
  status: 201,
  revisioned: true,
});
export const listOrganizations = operation("listOrganizations", {
  method: "get",
  path: "/v1/organizations",
  tag: "Organizations",
  summary: "List the Organizations of the caller",
  query: z.strictObject(pageQuery),
  response: page("OrganizationPage", organization),
});
export const getOrganization = operation("getOrganization", {
  method: "get",
  path: "/v1/organizations/{organizationId}",
  tag: "Organizations",
  summary: "Read an Organization",
  params: one,
  response: organization,
  revisioned: true,
});
export const updateOrganization = operation("updateOrganization", {
  method: "patch",
  path: "/v1/organizations/{organizationId}",
  tag: "Organizations",
  summary: "Rename an Organization",
  params: one,
  body: request.partial().openapi("OrganizationPatch"),
  response: organization,
  revisioned: true,
});
