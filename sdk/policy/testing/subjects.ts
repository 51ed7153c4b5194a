import type { NamedPolicy, Statement } from "../statement.ts";
import type { AccessSubject } from "../subject.ts";

/** The regions of the shipped catalogue. */
export const CATALOGUE = ["hanoi", "tokyo"] as const;

/** A Member of a Workspace where everything is enabled and no Policy is attached, but for what is given. */
export function member(given: Partial<AccessSubject> = {}): AccessSubject {
  return {
    role: "Member",
    services: "*",
    boundaries: [],
    identityPolicies: [],
    regions: CATALOGUE,
    ...given,
  };
}

export function policy(name: string, ...statements: Statement[]): NamedPolicy {
  return { name, statements };
}

export function allow(
  service: Statement["service"],
  regions: Statement["regions"] = "*",
  actions: Statement["actions"] = "*",
): Statement {
  return { effect: "Allow", service, regions, actions };
}

export function deny(
  service: Statement["service"],
  regions: Statement["regions"] = "*",
  actions: Statement["actions"] = "*",
): Statement {
  return { effect: "Deny", service, regions, actions };
}
