import { roleGrants } from "./role-layer.ts";
import type { Statement } from "./statement.ts";
import type { Role, Service } from "./vocabulary.ts";
import { ACTIONS, ALL_ACTIONS } from "./vocabulary.ts";

// One bit an action: all actions of all Services fit into one 32-bit integer, so a region is one integer.
const BIT: ReadonlyMap<string, number> = new Map(
  ALL_ACTIONS.map((action, at) => [action, 1 << at]),
);

/** The bit of an action; 0, which is in no mask, for what is no action. */
export function actionBit(action: string): number {
  return BIT.get(action) ?? 0;
}

/** The union of the bits of some actions. */
export function maskOf(actions: readonly string[]): number {
  return actions.reduce((mask, action) => mask | actionBit(action), 0);
}

const SERVICE_MASK: Readonly<Record<Service, number>> = {
  notebook: maskOf(ACTIONS.notebook),
  container: maskOf(ACTIONS.container),
  inference: maskOf(ACTIONS.inference),
};

/** The bits of all actions of a Service; 0 for what is no Service. */
export function serviceMask(service: Service): number {
  return SERVICE_MASK[service] ?? 0;
}

/** The actions that a statement speaks about, in the regions that it names. */
export function statementMask(statement: Statement): number {
  const service = serviceMask(statement.service);
  return statement.actions === "*" ? service : service & maskOf(statement.actions);
}

/** The actions that a role grants on own resources, or on those of others. */
export function roleMask(role: Role, owns: boolean): number {
  return maskOf(ALL_ACTIONS.filter((action) => roleGrants(role, action, owns)));
}
