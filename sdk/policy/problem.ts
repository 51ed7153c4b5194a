/** What can be wrong with a Policy as written; stable, for programs to tell apart (POL-4). */
export type PolicyProblemCode =
  | "wrong_type"
  | "missing_field"
  | "unknown_field"
  | "invalid_name"
  | "description_too_long"
  | "no_statements"
  | "too_many_statements"
  | "unknown_effect"
  | "unknown_service"
  | "unknown_region"
  | "unknown_action"
  | "service_action_mismatch"
  | "empty_list"
  | "duplicate_region"
  | "duplicate_action";

/** One thing wrong, and where. */
export interface PolicyProblem {
  /** JSON pointer (RFC 6901) into the Policy, `/statements/0/actions/1`. */
  readonly pointer: string;
  readonly code: PolicyProblemCode;
  /** A sentence for people that says what to do. */
  readonly message: string;
  /** The nearest name that would be right. */
  readonly suggestion?: string;
}

/** A problem; with a suggestion, the message asks "did you mean". */
export function problem(
  pointer: string,
  code: PolicyProblemCode,
  message: string,
  suggestion?: string,
): PolicyProblem {
  if (suggestion === undefined) return { pointer, code, message };
  return { pointer, code, message: `${message} Did you mean "${suggestion}"?`, suggestion };
}

/** A JSON pointer one step further down, the step escaped. */
export function pointTo(parent: string, step: string | number): string {
  return `${parent}/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** After as many problems of a list no more are looked for: nobody reads them, and a suggestion costs more than its name. */
export const MOST_PROBLEMS = 100;
