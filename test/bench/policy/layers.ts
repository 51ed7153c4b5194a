import {
  ACTIONS,
  SERVICES,
  type AccessSubject,
  type Action,
  type NamedPolicy,
  type Statement,
} from "@aifactory/sdk/policy";

/** Actions in regions, without wildcards. */
export interface Rule {
  readonly actions: readonly Action[];
  readonly regions: readonly string[];
}

/** A set of rules that a peer can hold: what some allow matches, unless a deny matches. */
export interface Layer {
  readonly name: string;
  readonly allows: readonly Rule[];
  readonly denies: readonly Rule[];
}

const WITHOUT_SERVICE = /:(read|stop|delete|delete-volume)$/;

/**
 * POL-3 in the fewest layers that peers without an idea of boundaries need; a decision allows when every layer does.
 * A Deny binds wherever it stands, and so does a Service that is not enabled: both are asked in the first layer only.
 */
export function layersOf(subject: AccessSubject): Layer[] {
  const { boundaries, identityPolicies, regions } = subject;
  const statements = [...boundaries, ...identityPolicies].flatMap((policy) => policy.statements);
  const denies = [
    ...statements.filter(({ effect }) => effect === "Deny").map((one) => ruleOf(one, regions)),
    ...withoutService(subject),
  ];
  const layers = [
    { name: "boundary", policies: boundaries },
    { name: "identity", policies: identityPolicies },
  ].filter(({ policies }) => policies.length > 0);
  return layers.map(({ name, policies }, at) => ({
    name,
    allows: allowsOf(policies, regions),
    denies: at === 0 ? denies : [],
  }));
}

function allowsOf(policies: readonly NamedPolicy[], regions: readonly string[]): Rule[] {
  return policies.flatMap(({ statements }) =>
    statements.filter(({ effect }) => effect === "Allow").map((one) => ruleOf(one, regions)),
  );
}

function ruleOf({ service, actions, regions }: Statement, all: readonly string[]): Rule {
  return {
    actions: actions === "*" ? ACTIONS[service] : actions,
    regions: regions === "*" ? all : regions,
  };
}

/** What needs a Service, in the regions where it is not enabled. */
function withoutService({ services, regions }: AccessSubject): Rule[] {
  if (services === "*") return [];
  return SERVICES.map((service) => ({
    actions: ACTIONS[service].filter((action) => !WITHOUT_SERVICE.test(action)),
    regions:
      services[service] === "*" ? [] : regions.filter((one) => !services[service]?.includes(one)),
  })).filter((rule) => rule.regions.length > 0);
}
