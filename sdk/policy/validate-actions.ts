import { nearestName } from "./nearest-name.ts";
import type { PolicyProblem } from "./problem.ts";
import { problem } from "./problem.ts";
import { quote } from "./validate-fields.ts";
import { validateNames } from "./validate-names.ts";
import type { Service } from "./vocabulary.ts";
import { ACTIONS, ALL_ACTIONS, isAction, serviceOf, verbOf } from "./vocabulary.ts";

/** What is wrong with the actions of a statement on a Service: full names of that Service's actions, or `"*"` (POL-1, POL-4). */
export function validateActions(
  input: unknown,
  pointer: string,
  service: Service | undefined,
): PolicyProblem[] {
  return validateNames(input, pointer, "action", (name, at) => {
    if (!isAction(name)) {
      return problem(
        at,
        "unknown_action",
        `There is no action ${quote(name)}.`,
        nearestAction(name, service),
      );
    }
    if (service === undefined || serviceOf(name) === service) return undefined;
    return problem(
      at,
      "service_action_mismatch",
      `The action ${quote(name)} belongs to the Service "${serviceOf(name)}", the statement is about "${service}".`,
      nearestAction(verbOf(name), service),
    );
  });
}

/** The action that somebody meant; a bare `create` means the one of the statement's Service. */
function nearestAction(name: string, service: Service | undefined): string | undefined {
  const known = service === undefined ? ALL_ACTIONS : ACTIONS[service];
  if (service !== undefined && name === `${service}:*`) return "*";
  const full = name.includes(":") || service === undefined ? name : `${service}:${name}`;
  return nearestName(full, known);
}
