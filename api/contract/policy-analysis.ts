import { z } from "@hono/zod-openapi";
import { ALL_ACTIONS, LAYERS, SERVICES } from "@aifactory/sdk/policy";
import { regionId } from "./common.ts";
import { determiningStatement, explained } from "./explanation.ts";
import { idSchema } from "./ids.ts";
import { operation } from "./operation.ts";
import { accessChange, description, newAccess, policyName, statements } from "./policies.ts";

const MAX_POLICIES = 100;
const MAX_REQUESTS = 1000;
const MAX_ATTACHMENTS = 1000;

const askedPolicy = z
  .strictObject({
    policyId: idSchema("policy").optional(),
    name: policyName().optional(),
    description: description().optional(),
    statements: statements().optional(),
  })
  .superRefine((value, issue) => {
    const add = (field: string, message: string) =>
      issue.addIssue({ code: "custom", path: [field], message });
    if (value.policyId === undefined) {
      for (const field of ["name", "statements"] as const)
        if (value[field] === undefined) add(field, 'is required where there is no "policyId"');
    } else if (value.name !== undefined || value.statements !== undefined) {
      add("policyId", 'give either "policyId" or "name" and "statements"');
    }
  })
  .openapi("AskedPolicy", {
    description: "A Policy as written, by `name` and `statements`, or a saved one by `policyId`.",
    example: {
      name: "vn-only",
      statements: [{ effect: "Allow", service: "notebook", regions: ["hanoi"], actions: "*" }],
    },
  });
const askedPolicies = z.array(askedPolicy).max(MAX_POLICIES);

const MAX_SERVICES = 20;
const MAX_REGIONS = 100;
// The generator's types do not know this keyword of OpenAPI 3.1.
const serviceNames: object = { propertyNames: { type: "string", enum: [...SERVICES] } };

// Which Services and regions there are is judged with the nearest known name, like statements (POL-4).
const enabledServices = z
  .record(z.string(), z.union([z.literal("*"), z.array(regionId()).max(MAX_REGIONS)]))
  .refine((value) => Object.keys(value).length <= MAX_SERVICES, `at most ${MAX_SERVICES} Services`)
  .openapi({
    description: "Without it, every Service is enabled in every region.",
    example: { notebook: ["hanoi"] },
    ...serviceNames,
    maxProperties: MAX_SERVICES,
  });

const principal = z.strictObject({
  workspaceId: idSchema("workspace"),
  userId: idSchema("user", "serviceAccount"),
});

const question = z.strictObject({
  action: z.string().openapi({ enum: [...ALL_ACTIONS], example: "notebook:create" }),
  region: regionId(),
  owns: z.boolean().optional(),
});

const simulation = z
  .strictObject({
    role: z.enum(["Admin", "Member"]).optional().openapi({ description: "This or `principal`." }),
    principal: principal.optional().openapi({
      description:
        "A member or the Owner, with role, Services and Policies as saved; what is given beside it replaces what is saved.",
    }),
    services: enabledServices.optional(),
    boundaries: askedPolicies.optional(),
    identityPolicies: askedPolicies.optional(),
    requests: z.array(question).min(1).max(MAX_REQUESTS).optional().openapi({
      description: "Without it, every action in every region of the site.",
    }),
    owns: z.boolean().optional().openapi({
      description:
        "Whether the resources in question are the subject's own; `owns` of a request goes first. They are unless said otherwise.",
    }),
  })
  .superRefine((value, issue) => {
    if ((value.role === undefined) === (value.principal === undefined))
      issue.addIssue({
        code: "custom",
        path: ["role"],
        message: 'give either "role" or "principal"',
      });
  })
  .openapi("Simulation");

const decision = z
  .object({
    action: z.string(),
    region: z.string(),
    decision: z.enum(["allow", "deny"]),
    layer: z.enum(LAYERS).nullable().openapi({ description: "The layer that refused." }),
    ...explained,
    message: z.string().nullable().openapi({ description: "Of a denial, in words." }),
  })
  .openapi("Decision");

const lint = z
  .strictObject({
    boundaries: askedPolicies.optional(),
    identityPolicies: askedPolicies.optional(),
    workspaceId: idSchema("workspace").optional().openapi({
      description: "Its saved boundary, unless `boundaries` are given.",
    }),
    userId: idSchema("user", "serviceAccount").optional().openapi({
      description: "The member's saved identity policies, unless `identityPolicies` are given.",
    }),
  })
  .superRefine(({ boundaries, identityPolicies, workspaceId, userId }, issue) => {
    if ((boundaries ?? identityPolicies ?? workspaceId ?? userId) === undefined) {
      const message = 'give "boundaries", "identityPolicies" or "workspaceId"';
      issue.addIssue({ code: "custom", path: [], message });
    } else if (userId !== undefined && workspaceId === undefined) {
      const message = 'is required beside "userId"';
      issue.addIssue({ code: "custom", path: ["workspaceId"], message });
    }
  })
  .openapi("PolicyLint");

const finding = z
  .object({
    code: z.enum([
      "vacuous",
      "overridden",
      "shadowed",
      "boundary_allows_nothing",
      "identity_allows_nothing",
    ]),
    message: z.string(),
    policy: z.string(),
    index: z.number().int().nullable().openapi({
      description: "The statement, counted from 0; null when it is about the whole Policy.",
    }),
    source: z.enum(["boundary", "identity"]),
    by: z
      .array(determiningStatement)
      .openapi({ description: "The statements that settle it already." }),
  })
  .openapi("LintFinding");

const proposedPolicy = z.strictObject({
  name: policyName(),
  description: description().nullable().optional(),
  statements: statements(),
});
const proposedAttachment = z.strictObject({
  policy: policyName().openapi({ description: "The name of a saved or proposed Policy." }),
  workspaceId: idSchema("workspace"),
  userId: idSchema("user", "serviceAccount").optional(),
});

const diff = z
  .strictObject({
    policies: z.array(proposedPolicy).max(MAX_POLICIES).optional(),
    attach: z.array(proposedAttachment).max(MAX_ATTACHMENTS).optional(),
    detach: z.array(proposedAttachment).max(MAX_ATTACHMENTS).optional(),
  })
  .superRefine(({ policies, attach, detach }, issue) => {
    if ((policies ?? attach ?? detach) === undefined) {
      const message = 'give "policies", "attach" or "detach"';
      issue.addIssue({ code: "custom", path: [], message });
    }
  })
  .openapi("PolicyProposal");

const inOrganization = z.strictObject({ organizationId: idSchema("organization") });
const reads = { method: "post", tag: "Policies", params: inOrganization, safe: true } as const;

export const simulatePolicies = operation("simulatePolicies", {
  ...reads,
  path: "/v1/organizations/{organizationId}/policies/simulate",
  summary: "Simulate decisions",
  description:
    "Answers hypothetical questions by the evaluator that decides requests, with reasons (POL-5, POL-6). Changes nothing. An Admin names people of own Workspaces only.",
  body: simulation,
  response: z.object({ decisions: z.array(decision) }).openapi("SimulationResult"),
});
export const lintPolicies = operation("lintPolicies", {
  ...reads,
  path: "/v1/organizations/{organizationId}/policies/lint",
  summary: "Lint Policies",
  description:
    "Finds statements that can never matter, and sets of Policies that allow nothing (POL-6). Changes nothing.",
  body: lint,
  response: z.object({ findings: z.array(finding) }).openapi("PolicyLintResult"),
});
export const diffPolicies = operation("diffPolicies", {
  ...reads,
  path: "/v1/organizations/{organizationId}/policies/diff",
  summary: "Compare with what is saved",
  description:
    "What everybody would gain and lose if all of it were saved together (POL-6). Changes nothing. For an Admin, in own Workspaces only.",
  body: diff,
  response: z
    .object({
      created: z.array(z.string()),
      updated: z.array(z.string()),
      unchanged: z.array(z.string()),
      changes: z.array(accessChange),
      newAccess: z.array(newAccess).openapi({
        description: 'What `"expect": "noNewAccess"` would refuse; empty when it would not.',
      }),
    })
    .openapi("PolicyDiff"),
});
