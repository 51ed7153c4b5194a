import type { Action, Effect, Service } from "./vocabulary.ts";

/** One rule of a Policy (POL-1). `'*'` means all regions, or all actions of the statement's Service. */
export interface Statement {
  readonly effect: Effect;
  readonly service: Service;
  readonly regions: readonly string[] | "*";
  readonly actions: readonly Action[] | "*";
}

/** What decisions need of a Policy: its name, to be cited by, and its statements. */
export interface NamedPolicy {
  readonly name: string;
  readonly statements: readonly Statement[];
}

/** A Policy as people write it (POL-1). */
export interface PolicyDocument extends NamedPolicy {
  readonly description?: string | undefined;
}

/** Whether a statement speaks about an action in a region, whatever its effect. Names match exactly. */
export function matches(
  statement: Statement,
  service: Service,
  action: Action,
  region: string,
): boolean {
  return (
    statement.service === service &&
    (statement.actions === "*" || statement.actions.includes(action)) &&
    (statement.regions === "*" || statement.regions.includes(region))
  );
}
