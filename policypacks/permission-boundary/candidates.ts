import { ownReference, readProps, relate, type Reference } from "@aifactory/policy-kit";
import type { PolicyResource } from "@pulumi/policy";
import type { NamedPolicy } from "@aifactory/sdk/policy";
import type { SavedPolicy } from "./configuration.ts";
import { pessimistic } from "./pessimistic.ts";

/** A Policy that may be attached, or one of which nothing is known but that it may be. */
export type Candidate = NamedPolicy | { readonly untold: string };

/** A Policy of the program. */
export interface OwnPolicy {
  readonly self: Reference;
  readonly name: unknown;
  readonly policy: Candidate;
}

export function ownPolicy(resource: PolicyResource): OwnPolicy {
  const { policyId, name, statements } = readProps(resource.props);
  const policy = pessimistic(name, statements) ?? { untold: resource.name };
  return { self: ownReference(resource, policyId), name, policy };
}

/**
 * What a reference to a Policy can mean. What the program makes of a Policy wins over what is saved; a preview that
 * changes one does not show its id, but names are unique and never change (POL-1).
 */
export function candidates(
  reference: Reference,
  own: readonly OwnPolicy[],
  saved: readonly SavedPolicy[],
): Candidate[] {
  const exact = own.find(({ self }) => relate(self, reference) === "same");
  if (exact) return [exact.policy];
  const unsure = own.filter(({ self }) => relate(self, reference) === "unsure");
  const found = saved.find(({ policyId }) => policyId === reference.id);
  if (!found)
    return [...unsure.map(({ policy }) => policy), { untold: reference.id ?? "not known yet" }];
  const namesake = unsure.find(({ name }) => name === found.name);
  if (namesake) return [namesake.policy];
  const nameless = unsure.filter(({ name }) => typeof name !== "string");
  return [found, ...nameless.map(({ policy }) => policy)];
}
