import { z } from "@hono/zod-openapi";
import { page, pageQuery, timestamp } from "./common.ts";
import { idSchema } from "./ids.ts";
import { operation } from "./operation.ts";

const auditEvent = z
  .object({
    id: idSchema("auditEvent"),
    at: timestamp(),
    actor: z.object({
      kind: z.enum(["user", "serviceAccount", "operator", "system"]),
      id: z.string().nullable(),
      name: z.string(),
    }),
    scope: z.enum(["Organization", "Billing", "Workspace", "Service"]),
    workspaceId: idSchema("workspace").nullable(),
    category: z.string(),
    action: z.string(),
    target: z.object({ kind: z.string(), id: z.string().nullable(), name: z.string().optional() }),
    outcome: z.enum(["SUCCESS", "FAILED"]),
    reason: z.string().nullable(),
    requestId: z.string().nullable(),
    details: z
      .record(z.string(), z.unknown())
      .nullable()
      .openapi({ description: "What the path named, and what the change gave and took (POL-8)." }),
  })
  .openapi("AuditEvent");

export const listAuditEvents = operation("listAuditEvents", {
  method: "get",
  path: "/v1/organizations/{organizationId}/audit-events",
  tag: "Audit",
  summary: "The audit log, newest first",
  description:
    "The Owner sees all of it; an Admin the scopes Workspace and Service of the own Workspaces (RBAC-5).",
  params: z.strictObject({ organizationId: idSchema("organization") }),
  query: z.strictObject({
    ...pageQuery,
    workspaceId: idSchema("workspace").optional(),
    outcome: z.enum(["SUCCESS", "FAILED"]).optional(),
    action: z.string().max(64).optional(),
  }),
  response: page("AuditEventPage", auditEvent),
});
