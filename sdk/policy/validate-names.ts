import type { PolicyProblem } from "./problem.ts";
import { MOST_PROBLEMS, pointTo, problem } from "./problem.ts";
import { quote } from "./validate-fields.ts";

/** What is wrong with one name of a list, at its pointer; undefined when nothing is. */
type NameCheck = (name: string, pointer: string) => PolicyProblem | undefined;

/** What is wrong with the regions or actions of a statement: `"*"`, or a list of different known names (POL-1, POL-4). */
export function validateNames(
  input: unknown,
  pointer: string,
  noun: "region" | "action",
  check: NameCheck,
): PolicyProblem[] {
  if (input === undefined || input === "*") return [];
  if (!Array.isArray(input)) {
    return [
      problem(pointer, "wrong_type", `The ${noun}s are a list of names, or "*" for all of them.`),
    ];
  }
  if (input.length === 0) {
    return [
      problem(pointer, "empty_list", `The statement names no ${noun}; write "*" for all of them.`),
    ];
  }
  const seen = new Set<string>();
  const problems: PolicyProblem[] = [];
  for (const [index, name] of input.entries()) {
    if (problems.length >= MOST_PROBLEMS) break;
    const found = problemOf(name, pointTo(pointer, index));
    if (found !== undefined) problems.push(found);
  }
  return problems;

  function problemOf(name: unknown, at: string): PolicyProblem | undefined {
    if (typeof name !== "string") return problem(at, "wrong_type", `A ${noun} is a name.`);
    if (seen.has(name)) {
      const message = `The ${noun} ${quote(name)} is named twice in this statement.`;
      return problem(at, `duplicate_${noun}`, message);
    }
    seen.add(name);
    if (name !== "*") return check(name, at);
    const message = `In place of the list, "${noun}s": "*" means all of them.`;
    return problem(at, `unknown_${noun}`, message, "*");
  }
}
