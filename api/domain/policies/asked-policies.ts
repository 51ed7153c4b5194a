import { validateStatements, type NamedPolicy, type Statement } from "@aifactory/sdk/policy";
import { InputError, notFound, type InputProblem } from "#domain/errors.ts";
import { keyOf } from "#domain/ids.ts";
import type { Site } from "#domain/site.ts";
import type { WrittenStatement } from "./check-statements.ts";
import type { SavedAccess } from "./workspace-access.ts";

/** A Policy in a question: written out, or a saved one by its id. */
export interface AskedPolicy {
  readonly policyId?: string | undefined;
  readonly name?: string | undefined;
  readonly statements?: readonly WrittenStatement[] | undefined;
}

type AskedPolicies = readonly AskedPolicy[] | undefined;

/** The words of written Policies that are not known, with the nearest ones that are (POL-4). */
export function problemsOfAsked(site: Site, asked: AskedPolicies, pointer: string): InputProblem[] {
  const { regionIds: regions } = site.catalogue;
  return (asked ?? []).flatMap(({ statements }, index) =>
    statements === undefined
      ? []
      : validateStatements(statements, { regions }, `${pointer}/${index}/statements`),
  );
}

/** The keys of saved Policies among those asked for. */
export function savedKeys(...lists: AskedPolicies[]): string[] {
  return lists.flatMap((list) =>
    (list ?? []).flatMap(({ policyId }) => (policyId === undefined ? [] : [keyOf(policyId)])),
  );
}

/** The Policies asked for, their words checked; undefined when none were given. Throws `not_found`, `invalid_input` for a name that is there twice. */
export function resolveAsked(
  asked: AskedPolicies,
  saved: SavedAccess,
  pointer: string,
): NamedPolicy[] | undefined {
  if (asked === undefined) return undefined;
  const policies = asked.map((one) => resolve(one, saved));
  refuseNamesakes(policies, pointer);
  return policies;
}

function resolve({ policyId, name, statements }: AskedPolicy, saved: SavedAccess): NamedPolicy {
  if (policyId === undefined) return { name: name!, statements: statements as Statement[] };
  const key = keyOf(policyId);
  const found = saved.policies.find(({ id }) => id === key);
  if (found === undefined) throw notFound("policy");
  return found;
}

/** Answers cite Policies by name. Throws `invalid_input`. */
export function refuseNamesakes(policies: readonly { name: string }[], pointer: string): void {
  const problems = policies.flatMap(({ name }, index) => {
    if (policies.findIndex((other) => other.name === name) === index) return [];
    const message = `there is another Policy "${name}" before it`;
    return [{ pointer: `${pointer}/${index}`, code: "duplicate_policy", message }];
  });
  if (problems.length > 0) throw new InputError(problems);
}
