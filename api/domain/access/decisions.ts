import type { Access, Question } from "@aifactory/sdk/policy";

/** One question that was put to Services and Policies, and the access that answered it; explained when it is recorded. */
export interface MadeDecision {
  readonly access: Access;
  readonly question: Question & { readonly owns: boolean };
}
