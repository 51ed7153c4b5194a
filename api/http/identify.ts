import { operationRow } from "@aifactory/sdk/policy";
import type { Context } from "hono";
import type { Actor } from "#domain/access/actor.ts";
import { authorize } from "#domain/access/authorize.ts";
import type { MadeDecision } from "#domain/access/decisions.ts";
import type { Grants } from "#domain/access/grants.ts";
import { nameOf, type Shown, type Target } from "#domain/access/target.ts";
import type { ReadContext } from "#domain/context.ts";
import { DomainError, notFound } from "#domain/errors.ts";
import { keyOf } from "#domain/ids.ts";
import type { Authenticator, Identified } from "#domain/principals/authenticate.ts";
import type { Site } from "#domain/site.ts";
import { readParams } from "./input.ts";
import { refuseReadOnly, requirePrincipal } from "./require-actor.ts";
import type { AnyOperation, RouteContext } from "./route-context.ts";

/** What it takes to decide about a request. */
export interface Deciding {
  readonly site: Site;
  readonly grants: Grants;
  readonly authenticator: Authenticator;
}

/** Who asks. Throws `unauthenticated`. */
export async function authenticate({ authenticator }: Deciding, c: Context): Promise<Actor> {
  return (await authenticator.identify(c.req.header("authorization"))).actor;
}

/** Who asks, and for what; not yet whether it may. */
export interface Caller extends Identified {
  readonly params: Record<string, string>;
}

/** Who asks, and for what. Throws `unauthenticated`, `not_found` of malformed ids. */
export async function identify(
  mounting: Deciding,
  c: RouteContext,
  operation: AnyOperation,
  shown?: Shown<unknown>,
): Promise<Caller> {
  const named = readNamed(c, operation);
  if (named instanceof DomainError) {
    await authenticate(mounting, c); // Without a valid token everything is 401, also what names nothing (ID-1).
    throw named;
  }
  const authorization = c.req.header("authorization");
  const { target } = named;
  const wanted = shown === undefined ? { target } : { target, shown };
  const identified = await mounting.authenticator.identify(authorization, wanted);
  return { ...identified, params: named.params };
}

/** The target is named by the path parameter of its kind: `workspaceId` for a Workspace. */
function readNamed(c: RouteContext, operation: AnyOperation) {
  const kind = operationRow(operation.id).target as Target["kind"];
  try {
    const params = readParams(c, operation);
    return { params, target: { kind, id: keyOf(params[`${kind}Id`]!) } };
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
}

/**
 * What a handler may go on, once the decision is made (`authorize`); what Services and Policies were asked is noted in
 * `decisions`. Throws its refusals, and those of restricted tokens.
 */
export async function authorizedContext(
  mounting: Deciding,
  c: RouteContext,
  operation: AnyOperation,
  actor: Actor,
  target: Target | null,
  decisions: MadeDecision[] = [],
): Promise<ReadContext> {
  const principal = requirePrincipal(actor);
  const kind = operationRow(operation.id).target;
  if (target === null) throw notFound(nameOf(kind as Target["kind"]));
  const request = { actor: principal, operation: operation.id, target };
  const authorization = await authorize(mounting.grants, request, { decisions });
  refuseReadOnly(principal, operation);
  return { ...requestOf(mounting, c), actor: principal, authorization };
}

/** Of every request. */
export function requestOf({ site }: Deciding, c: RouteContext) {
  return { site, requestId: c.get("requestId"), sourceAddress: c.get("sourceAddress") };
}
