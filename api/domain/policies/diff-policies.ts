import { isDeepStrictEqual } from "node:util";
import { validateStatements, type NamedPolicy, type Statement } from "@aifactory/sdk/policy";
import type { ReadContext } from "#domain/context.ts";
import { InputError } from "#domain/errors.ts";
import { keyOf } from "#domain/ids.ts";
import { refuseNamesakes } from "./asked-policies.ts";
import type { WrittenStatement } from "./check-statements.ts";
import { newAccessOf, pairAccess, presentChanges } from "./compare-access.ts";
import { propose } from "./propose.ts";
import { managedWorkspaces, requireManaged } from "./require-managed.ts";
import { resolvePlaces, type NamedPlace } from "./resolve-places.ts";
import { readAccess, type SavedPolicy } from "./workspace-access.ts";

interface ProposedPolicy {
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly statements: readonly WrittenStatement[];
}

interface Input {
  readonly policies?: readonly ProposedPolicy[] | undefined;
  readonly attach?: readonly NamedPlace[] | undefined;
  readonly detach?: readonly NamedPlace[] | undefined;
}

/**
 * What everybody would gain and lose if Policies were written, attached and detached together (POL-6), in the
 * Workspaces that the caller manages. Throws `invalid_input` (POL-4), `not_found`, `forbidden`.
 */
export async function diffPolicies(ctx: ReadContext, input: Input) {
  const { site, authorization } = ctx;
  const { regionIds: regions } = site.catalogue;
  const { policies = [], attach = [], detach = [] } = input;
  checkPolicies(policies, regions);
  const places = [...attach, ...detach];
  for (const { workspaceId } of places) requireManaged(ctx, "diffPolicies", keyOf(workspaceId));

  const { organizationId } = authorization.target;
  const saved = await readAccess(site.database.read, organizationId, {
    workspaceIds: places.map(({ workspaceId }) => keyOf(workspaceId)),
    principalIds: places.flatMap(({ userId }) => (userId === undefined ? [] : [keyOf(userId)])),
    policyNames: [...policies.map(({ name }) => name), ...places.map(({ policy }) => policy)],
    within: managedWorkspaces(ctx),
  });
  const proposed = new Map(policies.map((policy) => [policy.name, policy as NamedPolicy]));
  const proposal = {
    policies: proposed,
    ...(await resolvePlaces(ctx, saved, { proposed, attach, detach })),
  };
  const changes = saved.workspaces.flatMap((workspace) =>
    pairAccess(workspace, propose(workspace, proposal), regions),
  );
  return {
    ...sortOut(policies, saved.policies),
    changes: presentChanges(changes),
    newAccess: newAccessOf(changes),
  };
}

function checkPolicies(policies: readonly ProposedPolicy[], regions: readonly string[]): void {
  const problems = policies.flatMap(({ statements }, index) =>
    validateStatements(statements, { regions }, `/policies/${index}/statements`),
  );
  if (problems.length > 0) throw new InputError(problems);
  refuseNamesakes(policies, "/policies");
}

/** By name: what would be created, edited, and left as it is. */
function sortOut(proposed: readonly ProposedPolicy[], saved: readonly SavedPolicy[]) {
  const byName = new Map(saved.map((policy) => [policy.name, policy]));
  const kindOf = ({ name, description, statements }: ProposedPolicy) => {
    const current = byName.get(name);
    if (current === undefined) return "created";
    const same =
      isDeepStrictEqual(statements as readonly Statement[], current.statements) &&
      (description === undefined || description === current.description);
    return same ? "unchanged" : "updated";
  };
  const namesOf = (kind: ReturnType<typeof kindOf>) =>
    proposed.filter((policy) => kindOf(policy) === kind).map(({ name }) => name);
  return {
    created: namesOf("created"),
    updated: namesOf("updated"),
    unchanged: namesOf("unchanged"),
  };
}
