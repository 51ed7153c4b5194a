import { z } from "@hono/zod-openapi";
import { ALL_ACTIONS, EFFECTS, ROLES, SERVICES } from "@aifactory/sdk/policy";
import { page, pageQuery, timestamp } from "./common.ts";
import { recordedDecision } from "./explanation.ts";
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
      .object({ decisions: z.array(recordedDecision).optional() })
      .catchall(z.unknown())
      .nullable()
      .openapi({
        description:
          "What the path named, what the change gave and took (POL-8), and how Services and Policies decided it.",
      }),
  })
  .openapi("AuditEvent");

const storedStatement = z.object({
  effect: z.enum(EFFECTS),
  service: z.enum(SERVICES),
  regions: z.union([z.literal("*"), z.array(z.string())]),
  actions: z.union([z.literal("*"), z.array(z.enum(ALL_ACTIONS))]),
});
const storedPolicy = z
  .object({ name: z.string(), statements: z.array(storedStatement) })
  .openapi("RecordedPolicy", { description: "A Policy as it was." });

const policySet = z
  .object({
    hash: z.string(),
    createdAt: timestamp(),
    content: z.object({
      role: z.enum(ROLES),
      services: z.object({
        notebook: z.array(z.string()).optional(),
        container: z.array(z.string()).optional(),
        inference: z.array(z.string()).optional(),
      }),
      boundaries: z.array(storedPolicy),
      identityPolicies: z.array(storedPolicy),
      regions: z.array(z.string()),
    }),
  })
  .openapi("PolicySet", {
    description:
      "All that a decision depended on. The hash is the SHA-256 of the content as JSON with sorted keys and without spaces.",
  });

export const getPolicySet = operation("getPolicySet", {
  method: "get",
  path: "/v1/organizations/{organizationId}/policy-sets/{policySet}",
  tag: "Audit",
  summary: "What recorded decisions were made under",
  description:
    "By the hash that decisions in the audit log name; whatever became of the Policies since. An Admin sees those of own Workspaces (RBAC-5).",
  params: z.strictObject({
    organizationId: idSchema("organization"),
    policySet: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  }),
  response: policySet,
});

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
