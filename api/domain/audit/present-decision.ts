import { decisionOf } from "@aifactory/sdk/policy";
import type { MadeDecision } from "#domain/access/decisions.ts";
import { digestOf } from "./policy-sets.ts";

/** A decision as the audit log keeps it: all it takes to make it again, and to compare (POL-5). */
export function presentDecision({ access, question }: MadeDecision) {
  return { ...decisionOf(access, question), policySet: digestOf(access).hash };
}
