import { nearestName } from "./nearest-name.ts";
import type { PolicyProblem } from "./problem.ts";
import { pointTo, problem } from "./problem.ts";
import { validateActions } from "./validate-actions.ts";
import { isObject, quote, validateFields } from "./validate-fields.ts";
import { validateNames } from "./validate-names.ts";
import type { Service } from "./vocabulary.ts";
import { EFFECTS, isService, SERVICES } from "./vocabulary.ts";

/** What is wrong with one statement at `pointer` (POL-1, POL-4). */
export function validateStatement(
  input: unknown,
  pointer: string,
  regions: readonly string[],
): PolicyProblem[] {
  if (!isObject(input)) {
    return [
      problem(
        pointer,
        "wrong_type",
        "A statement is an object with effect, service, regions and actions.",
      ),
    ];
  }
  const service = intendedService(input["service"]);
  return [
    ...validateFields(input, pointer, ["effect", "service", "regions", "actions"]),
    ...validateWord(
      input["effect"],
      pointTo(pointer, "effect"),
      EFFECTS,
      "unknown_effect",
      "effect",
    ),
    ...validateWord(
      input["service"],
      pointTo(pointer, "service"),
      SERVICES,
      "unknown_service",
      "Service",
    ),
    ...validateRegions(input["regions"], pointTo(pointer, "regions"), regions),
    ...validateActions(input["actions"], pointTo(pointer, "actions"), service),
  ];
}

/** The Service to judge the actions by: a misspelt one must not make every action wrong too. */
function intendedService(input: unknown): Service | undefined {
  if (isService(input)) return input;
  return typeof input === "string"
    ? (nearestName(input, SERVICES, input.length / 2) as Service | undefined)
    : undefined;
}

function validateWord(
  input: unknown,
  pointer: string,
  words: readonly string[],
  code: "unknown_effect" | "unknown_service",
  noun: string,
): PolicyProblem[] {
  if (input === undefined) return [];
  if (typeof input !== "string") {
    return [problem(pointer, "wrong_type", `The ${noun} is one of ${words.join(", ")}.`)];
  }
  if (words.includes(input)) return [];
  return [
    problem(pointer, code, `There is no ${noun} ${quote(input)}.`, nearestName(input, words)),
  ];
}

function validateRegions(
  input: unknown,
  pointer: string,
  regions: readonly string[],
): PolicyProblem[] {
  return validateNames(input, pointer, "region", (name, at) => {
    if (regions.includes(name)) return undefined;
    return problem(
      at,
      "unknown_region",
      `There is no region ${quote(name)}.`,
      nearestName(name, regions),
    );
  });
}
