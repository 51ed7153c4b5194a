import {
  preparsePolicySet,
  preparseSchema,
  statefulIsAuthorized,
} from "@cedar-policy/cedar-wasm/nodejs";
import type { DeterminingStatement, Explanation } from "../access.ts";
import type { NamedPolicy, Statement } from "../statement.ts";
import type { AccessSubject } from "../subject.ts";
import type { Action } from "../vocabulary.ts";
import { ACTIONS, ALL_ACTIONS, SERVICES } from "../vocabulary.ts";

/** What Cedar says of one cell: our explanation without the nearest miss, which Cedar does not know. */
export type OracleAnswer = Omit<Explanation, "nearestMiss">;

// `*` is a group in Cedar's action hierarchy, and all regions are one parent entity: nothing here expands a wildcard.
const GROUPS = [...SERVICES.map((service) => `${service}:*`), "read", "without-service"];
const LAYERS = ["role", "service", "boundary", "identity"] as const;
const SCHEMA = "aifactory";
const ROLE_GRANTS = 'context.role != "Member" || context.owns || action in Action::"read"';

function groupsOf(action: Action): string[] {
  const service = SERVICES.find((one) => (ACTIONS[one] as readonly Action[]).includes(action));
  const groups = [`${service}:*`];
  if (action.endsWith(":read")) groups.push("read");
  if (/:(read|stop|delete|delete-volume)$/.test(action)) groups.push("without-service");
  return groups;
}

/** Prepares the vocabulary; once per process. */
export function prepareCedar(): void {
  const attributes = { role: { type: "String" }, owns: { type: "Boolean" } } as const;
  const context = { type: "Record", attributes } as const;
  const appliesTo = { principalTypes: ["Layer"], resourceTypes: ["Region"], context };
  const groups = GROUPS.map((group) => [group, {}] as const);
  const actions = ALL_ACTIONS.map((action) => {
    return [action, { appliesTo, memberOf: groupsOf(action).map((id) => ({ id })) }] as const;
  });
  const schema = {
    "": {
      entityTypes: {
        Layer: { memberOfTypes: ["Attached"] },
        Attached: {},
        Region: { memberOfTypes: ["Site"] },
        Site: {},
      },
      actions: Object.fromEntries([...groups, ...actions]),
    },
  };
  expectSuccess(preparseSchema(SCHEMA, schema));
}

/** Gives Cedar everything that binds a subject; the answer function then asks it about one cell. */
export function cedarOracle(
  subject: AccessSubject,
): (action: Action, region: string, owns: boolean) => OracleAnswer {
  expectSuccess(
    preparsePolicySet("set", { staticPolicies: Object.fromEntries(policiesOf(subject)) }),
  );
  const answers = new Map<string, CedarAnswer>();
  return (action, region, owns) => {
    const ask = (layer: (typeof LAYERS)[number]): CedarAnswer => {
      // Only the role layer looks at ownership: the others need not be asked twice.
      const key = `${layer} ${action} ${region} ${layer === "role" && owns}`;
      const context = { role: subject.role, owns };
      const answer = answers.get(key) ?? isAuthorized(layer, action, region, context);
      answers.set(key, answer);
      return answer;
    };
    if (ask("role").decision === "deny") return { decision: "deny", layer: "role", statements: [] };
    if (ask("service").decision === "deny")
      return { decision: "deny", layer: "service", statements: [] };
    if (subject.role === "Owner") return { decision: "allow", layer: null, statements: [] };
    const attached = [ask("boundary"), ask("identity")] as const;
    const statements = statementsOf(new Set(attached.flatMap(({ reason }) => reason)), subject);
    const forbidden = attached.some(
      ({ decision, reason }) => decision === "deny" && reason.length > 0,
    );
    if (forbidden) return { decision: "deny", layer: "explicitDeny", statements };
    if (attached[0].decision === "deny")
      return { decision: "deny", layer: "boundary", statements: [] };
    if (attached[1].decision === "deny")
      return { decision: "deny", layer: "identity", statements: [] };
    return { decision: "allow", layer: null, statements };
  };
}

interface CedarAnswer {
  readonly decision: "allow" | "deny";
  /** The ids of the policies that determined the decision. */
  readonly reason: readonly string[];
}

function isAuthorized(
  layer: string,
  action: Action,
  region: string,
  context: { role: string; owns: boolean },
): CedarAnswer {
  const answer = statefulIsAuthorized({
    principal: { type: "Layer", id: layer },
    action: { type: "Action", id: action },
    resource: { type: "Region", id: region },
    context,
    preparsedSchemaName: SCHEMA,
    preparsedPolicySetId: "set",
    validateRequest: false,
    entities: [
      {
        uid: { type: "Region", id: region },
        attrs: {},
        parents: [{ type: "Site", id: "catalogue" }],
      },
      ...["boundary", "identity"].map((id) => {
        return {
          uid: { type: "Layer", id },
          attrs: {},
          parents: [{ type: "Attached", id: "policies" }],
        };
      }),
    ],
  });
  if (answer.type === "failure") throw new Error(JSON.stringify(answer.errors));
  const { decision, diagnostics } = answer.response;
  if (diagnostics.errors.length > 0) throw new Error(JSON.stringify(diagnostics.errors));
  return { decision, reason: diagnostics.reason };
}

/** Every policy of the set by its id; the ids of statements say where they come from. */
function policiesOf(subject: AccessSubject): [string, string][] {
  return [
    ["role", `permit (principal == Layer::"role", action, resource) when { ${ROLE_GRANTS} };`],
    [
      "service:without",
      'permit (principal == Layer::"service", action in Action::"without-service", resource);',
    ],
    ...servicePolicies(subject.services),
    ...attachedPolicies(subject.boundaries, "boundary"),
    ...attachedPolicies(subject.identityPolicies, "identity"),
  ];
}

function servicePolicies(services: AccessSubject["services"]): [string, string][] {
  if (services === "*")
    return [["service:*", 'permit (principal == Layer::"service", action, resource);']];
  return SERVICES.flatMap((service) => {
    const regions = services[service];
    if (regions === undefined) return [];
    const scope = `principal == Layer::"service", action in Action::"${service}:*", resource`;
    return [[`service:${service}`, `permit (${scope}) when { ${inRegions(regions)} };`]];
  });
}

function attachedPolicies(
  policies: readonly NamedPolicy[],
  source: "boundary" | "identity",
): [string, string][] {
  if (policies.length === 0) {
    return [[`none:${source}`, `permit (principal == Layer::"${source}", action, resource);`]];
  }
  return policies.flatMap(({ name, statements }) =>
    statements.map((one, index): [string, string] => [
      `${source}/${name}/${index}`,
      statementText(one, source),
    ]),
  );
}

function statementText({ effect, service, actions, regions }: Statement, source: string): string {
  const [verb, principal] =
    effect === "Allow"
      ? ["permit", `principal == Layer::"${source}"`]
      : ["forbid", 'principal in Attached::"policies"'];
  const listed =
    actions === "*" ? "" : ` && action in [${actions.map((id) => `Action::"${id}"`).join(", ")}]`;
  const scope = `${principal}, action in Action::"${service}:*", resource`;
  return `${verb} (${scope}) when { ${inRegions(regions)}${listed} };`;
}

function inRegions(regions: readonly string[] | "*"): string {
  if (regions === "*") return 'resource in Site::"catalogue"';
  return `resource in [${regions.map((id) => `Region::"${id}"`).join(", ")}]`;
}

/** The statements that Cedar names, in declared order. */
function statementsOf(ids: ReadonlySet<string>, subject: AccessSubject): DeterminingStatement[] {
  const sources = { boundary: subject.boundaries, identity: subject.identityPolicies } as const;
  return (["boundary", "identity"] as const).flatMap((source) =>
    sources[source].flatMap(({ name, statements }) =>
      [...statements.keys()]
        .filter((index) => ids.has(`${source}/${name}/${index}`))
        .map((index) => ({ policy: name, index, source })),
    ),
  );
}

function expectSuccess(answer: { type: string }): void {
  if (answer.type !== "success") throw new Error(JSON.stringify(answer));
}
