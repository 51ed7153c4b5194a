import type { Access, Cell, Explanation } from "./access.ts";
import { compileAccess } from "./compile.ts";
import type { Question } from "./filter.ts";
import type { AccessSubject } from "./subject.ts";

/** A question as it was asked, and what was decided and why: what the audit log keeps (AUD-1). */
export interface Decision extends Cell, Explanation {
  /** Whether it was asked of the principal's own. */
  readonly owns: boolean;
}

/** Decides a question, with the reasons, for the record. */
export function decisionOf(access: Access, question: Question): Decision {
  const { action, region, owns = true } = question;
  return { action, region, owns, ...access.explain(action, region, { owns }) };
}

/**
 * Decides again what was decided under a policy set. Equal to what was recorded, or either was tampered with, or the
 * evaluator has changed since.
 */
export function replayDecision(set: AccessSubject, question: Question): Decision {
  return decisionOf(compileAccess(set), question);
}

/**
 * The one text of a policy set, to be hashed: JSON with the keys in order and without spaces. Whoever fetches a set by
 * its hash can check that it is the one.
 */
export function policySetText({
  role,
  services,
  boundaries,
  identityPolicies,
  regions,
}: AccessSubject): string {
  return canonicalJson({ role, services, boundaries, identityPolicies, regions });
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(",")}}`;
}
