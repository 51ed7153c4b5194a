import { z } from "@hono/zod-openapi";
import { ALL_ACTIONS, CREDENTIALS, LAYERS, ROLES } from "@aifactory/sdk/policy";

/** A statement by its Policy and its place. */
const statementRef = z.object({
  policy: z.string(),
  index: z.number().int().openapi({ description: "Counted from 0; sentences count from 1." }),
});

/** A statement that decided. */
export const determiningStatement = statementRef
  .extend({ source: z.enum(["boundary", "identity"]) })
  .openapi("DeterminingStatement");

/** Why a decision is what it is (POL-5). */
export const explained = {
  statements: z.array(determiningStatement).openapi({
    description: "Every statement that determined it; none where nothing matched.",
  }),
  nearestMiss: statementRef.nullable().openapi({
    description: "Where nothing allows it: the Allow that misses in the fewest dimensions.",
  }),
};

/** The layers that refuse: those of the evaluator, the credential, and the Quota. */
const refusingLayer = z.enum([...LAYERS, "token", "quota"]).openapi("RefusingLayer");

const remedy = z
  .object({
    allowedRegions: z.array(z.string()).openapi({
      description: "Where the caller may do the same as things are.",
    }),
    neededRoles: z.array(z.enum(ROLES)).openapi({
      description: "The roles that may do it; empty where it is not for the role.",
    }),
    ask: z.enum(["Owner", "Admin"]).nullable().openapi({
      description:
        "Who can change that: the Owner alone, or also an Admin of the Workspace; null where nobody can.",
    }),
    credential: z.enum(CREDENTIALS).nullable().openapi({
      description: "What the credential must be; null where it is not for the credential.",
    }),
    notBefore: z.iso.datetime().nullable().openapi({
      description: "When it is allowed without anybody's doing.",
    }),
  })
  .openapi("Remedy", { description: "What would allow what was refused." });

/** What a refusal (403) tells beside its sentence (RBAC-8); each where it applies. */
export const refusalDetails = {
  layer: refusingLayer.optional().openapi({ description: "Of a 403: what refused." }),
  remedy: remedy.optional(),
  role: z.enum(ROLES).optional().openapi({ description: "Of a 403: the caller's." }),
  action: z
    .string()
    .optional()
    .openapi({ description: "What was asked of Services and Policies." }),
  region: z.string().optional(),
  service: z.string().optional(),
  statements: explained.statements.optional(),
  nearestMiss: explained.nearestMiss.optional(),
};

export const recordedDecision = z
  .object({
    action: z.enum(ALL_ACTIONS),
    region: z.string(),
    owns: z.boolean(),
    decision: z.enum(["allow", "deny"]),
    layer: z.enum(LAYERS).nullable().openapi({ description: "The layer that refused." }),
    ...explained,
    policySet: z.string().openapi({ description: "The hash of what it was decided under." }),
  })
  .openapi("RecordedDecision", {
    description: "A decision on a change; made again from its policy set, it is the same.",
  });
