import { isService, type NamedPolicy, type Statement } from "@aifactory/sdk/policy";
import { UNKNOWN } from "@aifactory/policy-kit";

/**
 * A Policy of which parts are not known, as the strictest that it can turn out to be: an Allow counts only where it is
 * certain to match, a Deny wherever it can match. What this allows, every Policy that it can be allows (IAC-7). Null
 * where not even that can be said.
 */
export function pessimistic(name: unknown, statements: unknown): NamedPolicy | null {
  if (!Array.isArray(statements)) return null;
  const strict = statements.map(strictest);
  if (strict.some((statement) => statement === null)) return null;
  return {
    name: typeof name === "string" ? name : "(not known yet)",
    statements: strict as Statement[],
  };
}

function strictest(value: unknown): Statement | null {
  if (typeof value !== "object" || value === null) return null;
  const { effect, service, regions, actions } = value as Record<string, unknown>;
  if (!isService(service)) return null;
  const bound = effect === "Allow" ? certain : possible;
  return {
    // An effect that is not known may be a Deny.
    effect: effect === "Allow" ? "Allow" : "Deny",
    service,
    regions: bound(regions),
    actions: bound(actions) as Statement["actions"],
  };
}

/** The names that are in a list for sure. */
function certain(list: unknown): "*" | string[] {
  if (list === "*") return "*";
  return Array.isArray(list) ? list.filter((name) => name !== UNKNOWN) : [];
}

/** All the names that can be in a list. */
function possible(list: unknown): "*" | string[] {
  return Array.isArray(list) && !list.includes(UNKNOWN) ? list : "*";
}
