import type { DeterminingStatement, Explanation, Layer, StatementRef } from "./access.ts";
import { nearestAllow } from "./nearest-miss.ts";
import { roleGrants } from "./role-layer.ts";
import { serviceEnabled } from "./service-layer.ts";
import type { NamedPolicy } from "./statement.ts";
import { matches } from "./statement.ts";
import type { AccessSubject } from "./subject.ts";
import type { Action, Effect, Service } from "./vocabulary.ts";
import { serviceOf } from "./vocabulary.ts";

/**
 * Decides statement by statement and says why (POL-3, POL-5). Shares no table with `decide`: that the two agree on
 * every cell is a property under test, which a shared table would make empty.
 */
export function explainAccess(
  subject: AccessSubject,
  action: Action,
  region: string,
  owns: boolean,
): Explanation {
  const { role, boundaries, identityPolicies } = subject;
  if (!roleGrants(role, action, owns)) return denied("role");
  if (!serviceEnabled(subject.services, action, region)) return denied("service");
  if (role === "Owner") return allowed([]);

  const question: Question = { service: serviceOf(action), action, region };
  const denies = [
    ...matching(boundaries, "boundary", "Deny", question),
    ...matching(identityPolicies, "identity", "Deny", question),
  ];
  if (denies.length > 0) return denied("explicitDeny", denies);

  const ceiling = matching(boundaries, "boundary", "Allow", question);
  if (boundaries.length > 0 && ceiling.length === 0)
    return denied("boundary", [], missIn(boundaries, question));

  const grants = matching(identityPolicies, "identity", "Allow", question);
  if (identityPolicies.length > 0 && grants.length === 0) {
    return denied("identity", [], missIn(identityPolicies, question));
  }
  return allowed([...ceiling, ...grants]);
}

interface Question {
  readonly service: Service;
  readonly action: Action;
  readonly region: string;
}

function matching(
  policies: readonly NamedPolicy[],
  source: DeterminingStatement["source"],
  effect: Effect,
  { service, action, region }: Question,
): DeterminingStatement[] {
  const found: DeterminingStatement[] = [];
  for (const { name, statements } of policies) {
    for (let index = 0; index < statements.length; index++) {
      const statement = statements[index]!;
      if (statement.effect === effect && matches(statement, service, action, region)) {
        found.push({ policy: name, index, source });
      }
    }
  }
  return found;
}

function missIn(
  policies: readonly NamedPolicy[],
  { service, action, region }: Question,
): StatementRef | null {
  const miss = nearestAllow(policies, service, action, region);
  return miss === null ? null : { policy: miss.policy, index: miss.index };
}

function allowed(statements: readonly DeterminingStatement[]): Explanation {
  return { decision: "allow", layer: null, statements, nearestMiss: null };
}

function denied(
  layer: Layer,
  statements: readonly DeterminingStatement[] = [],
  nearestMiss: StatementRef | null = null,
): Explanation {
  return { decision: "deny", layer, statements, nearestMiss };
}
