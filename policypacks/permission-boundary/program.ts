import type { PolicyResource } from "@pulumi/policy";
import type { NamedPolicy } from "@aifactory/sdk/policy";
import type { Configuration } from "./configuration.ts";
import { kindOf } from "./kinds.ts";
import { pessimistic } from "./pessimistic.ts";
import { readProps, UNKNOWN } from "./read.ts";
import { referenceOf, relate, type Reference } from "./reference.ts";

/** A Policy that may be attached, or one of which nothing is known but that it may be. */
export type Candidate = NamedPolicy | { readonly untold: string };

interface Attachment {
  readonly workspace: Reference;
  readonly policies: readonly Candidate[];
  /** It bounds for sure; otherwise it may as well be of a membership. */
  readonly isBoundary: boolean;
}

interface NamedWorkspace {
  readonly self: Reference;
  readonly name: unknown;
}

/** What a program says about boundaries. */
export interface Program {
  readonly workspaces: readonly NamedWorkspace[];
  readonly attachments: readonly Attachment[];
  /** Regions that the program enables or uses. */
  readonly regions: readonly string[];
}

/** Reads Workspaces, Policies and attachments out of a stack, known or not. */
export function readProgram(
  resources: readonly PolicyResource[],
  { savedPolicies }: Configuration,
): Program {
  const ofKind = (kind: string) =>
    resources
      .filter(({ type }) => kindOf(type) === kind)
      .map((resource) => ({ resource, props: readProps(resource.props) }));
  const self = ({ urn }: PolicyResource, id: unknown): Reference => ({
    id: typeof id === "string" ? id : undefined,
    urn,
  });

  const policies = [
    ...ofKind("Policy").map(({ resource, props }) => ({
      self: self(resource, props["policyId"]),
      policy: pessimistic(props["name"], props["statements"]) ?? { untold: resource.name },
    })),
    ...savedPolicies.map((policy) => ({ self: { id: policy.policyId, urn: undefined }, policy })),
  ];
  const candidates = (reference: Reference): Candidate[] => {
    const exact = policies.find((each) => relate(each.self, reference) === "same");
    if (exact) return [exact.policy];
    const unsure = policies.filter((each) => relate(each.self, reference) === "unsure");
    return [...unsure.map(({ policy }) => policy), { untold: reference.id ?? "not known yet" }];
  };
  const workspaces = ofKind("Workspace");
  const used = [...ofKind("Notebook"), ...ofKind("GpuContainer")].map(
    ({ props }) => props["region"],
  );
  const enabled = workspaces.flatMap(({ props }) => servicesOf(props)).flatMap(regionsOf);
  return {
    regions: [...enabled, ...used].filter((region) => typeof region === "string"),
    workspaces: workspaces.map(({ resource, props }) => ({
      self: self(resource, props["workspaceId"]),
      name: props["name"],
    })),
    attachments: ofKind("PolicyAttachment")
      // With somebody's id it is an identity policy, which the configured principal is not.
      .filter(({ props }) => typeof props["userId"] !== "string")
      .map(({ resource, props }) => ({
        workspace: referenceOf(resource, props, "workspaceId", "Workspace"),
        policies: candidates(referenceOf(resource, props, "policyId", "Policy")),
        isBoundary: props["userId"] !== UNKNOWN,
      })),
  };
}

function servicesOf({ services }: Readonly<Record<string, unknown>>): unknown[] {
  return Array.isArray(services) ? services : [];
}

function regionsOf(service: unknown): unknown[] {
  if (typeof service !== "object" || service === null || !("regions" in service)) return [];
  return Array.isArray(service.regions) ? service.regions : [];
}

/** The Workspace of the program that a reference means for sure. */
export function workspaceOf(program: Program, reference: Reference): NamedWorkspace | undefined {
  return program.workspaces.find(({ self }) => relate(self, reference) === "same");
}
