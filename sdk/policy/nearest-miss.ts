import type { NamedPolicy, Statement } from "./statement.ts";
import type { Action, Service } from "./vocabulary.ts";

/** Where a statement and a question differ. */
type Dimension = "service" | "action" | "region";

/** An Allow that does not match, and in what it misses. */
export interface Miss {
  readonly policy: string;
  readonly index: number;
  readonly statement: Statement;
  readonly dimensions: readonly Dimension[];
}

/**
 * The Allow that misses a question in the fewest dimensions, the first declared of equals, among Policies of which none
 * matches it; null without any Allow (POL-5).
 */
export function nearestAllow(
  policies: readonly NamedPolicy[],
  service: Service,
  action: Action,
  region: string,
): Miss | null {
  let nearest: Miss | null = null;
  for (const policy of policies) {
    for (const [index, statement] of policy.statements.entries()) {
      if (statement.effect !== "Allow") continue;
      const dimensions = missed(statement, service, action, region);
      if (nearest !== null && dimensions.length >= nearest.dimensions.length) continue;
      nearest = { policy: policy.name, index, statement, dimensions };
      // None matches, so none misses in fewer than one.
      if (dimensions.length === 1) return nearest;
    }
  }
  return nearest;
}

function missed(
  statement: Statement,
  service: Service,
  action: Action,
  region: string,
): Dimension[] {
  const dimensions: Dimension[] = [];
  // Another Service's actions, even all of them, are other actions.
  if (statement.service !== service) dimensions.push("service", "action");
  else if (statement.actions !== "*" && !statement.actions.includes(action))
    dimensions.push("action");
  if (statement.regions !== "*" && !statement.regions.includes(region)) dimensions.push("region");
  return dimensions;
}
