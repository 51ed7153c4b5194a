import type { NamedPolicy } from "./statement.ts";
import type { Role, Service } from "./vocabulary.ts";

/** The Services enabled in a Workspace, each with its regions; an absent Service is not enabled (ORG-4). */
export type EnabledServices = { readonly [S in Service]?: readonly string[] | "*" | undefined };

/** All that a decision depends on: one principal in one Workspace (POL-2, POL-3). */
export interface AccessSubject {
  readonly role: Role;
  /** `'*'` enables every Service everywhere, which only hypothetical questions should do. */
  readonly services: EnabledServices | "*";
  /** Policies attached to the Workspace; none means no ceiling. */
  readonly boundaries: readonly NamedPolicy[];
  /** Policies attached to the membership; none means no restriction. */
  readonly identityPolicies: readonly NamedPolicy[];
  /** The regions of the catalogue: all that an unknown region can turn out to be. */
  readonly regions: readonly string[];
}

/** Whether the resource in question is the principal's own; it is unless said otherwise (RBAC-3). */
export interface Ownership {
  readonly owns?: boolean | undefined;
}
