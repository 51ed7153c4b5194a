import type { PolicyProblem } from "./problem.ts";
import { MOST_PROBLEMS, pointTo, problem } from "./problem.ts";
import { isObject, validateFields } from "./validate-fields.ts";
import { validateStatement } from "./validate-statement.ts";

/** How a Policy may be called (POL-1). */
export const POLICY_NAME = /^[A-Za-z0-9_-]{1,64}$/;
/** The longest description, in characters. */
export const MAX_DESCRIPTION = 100;
/** The most statements of one Policy. */
export const MAX_STATEMENTS = 100;

/** What names must be known against: the regions of the site's catalogue. */
export interface ValidationContext {
  readonly regions: readonly string[];
}

/** All that is wrong with a Policy as somebody wrote it, in document order; empty when it may be saved (POL-1, POL-4). */
export function validatePolicy(input: unknown, context: ValidationContext): PolicyProblem[] {
  if (!isObject(input)) {
    return [problem("", "wrong_type", "A Policy is an object with a name and statements.")];
  }
  return [
    ...validateFields(input, "", ["name", "statements"], ["description"]),
    ...validateName(input["name"]),
    ...validateDescription(input["description"]),
    ...(input["statements"] === undefined ? [] : validateStatements(input["statements"], context)),
  ];
}

/**
 * What is wrong with the statements of a Policy, some hundred problems at most; `pointer` is where they lie in the document
 * that problems point into.
 */
export function validateStatements(
  input: unknown,
  { regions }: ValidationContext,
  pointer = "/statements",
): PolicyProblem[] {
  if (!Array.isArray(input)) return [problem(pointer, "wrong_type", "The statements are a list.")];
  if (input.length === 0) {
    return [problem(pointer, "no_statements", "A Policy has at least one statement.")];
  }
  if (input.length > MAX_STATEMENTS) {
    const message = `A Policy has at most ${MAX_STATEMENTS} statements, this one has ${input.length}.`;
    return [problem(pointer, "too_many_statements", message)];
  }
  const problems: PolicyProblem[] = [];
  for (const [index, statement] of input.entries()) {
    if (problems.length >= MOST_PROBLEMS) break;
    problems.push(...validateStatement(statement, pointTo(pointer, index), regions));
  }
  return problems;
}

function validateName(input: unknown): PolicyProblem[] {
  if (input === undefined) return [];
  if (typeof input !== "string") return [problem("/name", "wrong_type", "The name is a string.")];
  if (POLICY_NAME.test(input)) return [];
  return [problem("/name", "invalid_name", 'A name is 1 to 64 letters, digits, "_" and "-".')];
}

function validateDescription(input: unknown): PolicyProblem[] {
  if (input === undefined) return [];
  if (typeof input !== "string") {
    return [problem("/description", "wrong_type", "The description is a string.")];
  }
  if ([...input].length <= MAX_DESCRIPTION) return [];
  const message = `A description has at most ${MAX_DESCRIPTION} characters.`;
  return [problem("/description", "description_too_long", message)];
}
