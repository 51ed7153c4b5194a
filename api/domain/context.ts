import type { TenantTx, Tx } from "#db/tenant.ts";
import type { Actor, PrincipalActor } from "./access/actor.ts";
import type { Authorization } from "./access/authorize.ts";
import type { Site } from "./site.ts";

interface Request {
  readonly site: Site;
  readonly requestId: string;
  readonly sourceAddress: string | null;
}

/** A caller who has proved who it is, about to do something to itself or to the catalogue. */
export interface SelfContext extends Request {
  readonly actor: PrincipalActor;
}

/** The site's operator. */
export interface OperatorContext extends Request {
  readonly actor: Extract<Actor, { kind: "operator" }>;
}

/** A caller who may read the target. */
export interface ReadContext extends SelfContext {
  readonly authorization: Authorization;
}

/**
 * A caller who may change the target, in the one transaction of the change. `afterCommit` hooks are for nudges only:
 * what must happen is a work item.
 */
export interface ChangeContext extends ReadContext {
  readonly tx: TenantTx;
  /** The revision that `If-Match` names; null when the caller does not care. */
  readonly ifMatch: number | null;
}

/** A change that belongs to no Organization yet, or to the site. */
export interface SelfChangeContext extends SelfContext {
  readonly tx: Tx;
}

export interface OperatorChangeContext extends OperatorContext {
  readonly tx: Tx;
}
