import type { Context, Hono } from "hono";
import { operationRow, type Action } from "@aifactory/sdk/policy";
import type { z } from "@hono/zod-openapi";
import type { Fields, Operation } from "#contract/operation.ts";
import { decideAgain } from "#domain/access/decide-again.ts";
import type { MadeDecision } from "#domain/access/decisions.ts";
import { requireAction } from "#domain/access/require-action.ts";
import type { Shown } from "#domain/access/target.ts";
import type { PolicySets } from "#domain/audit/policy-sets.ts";
import type {
  ChangeContext,
  OperatorChangeContext,
  OperatorContext,
  ReadContext,
  SelfChangeContext,
  SelfContext,
} from "#domain/context.ts";
import { DomainError, notFound } from "#domain/errors.ts";
import { readText } from "./body.ts";
import { runChange, type ChangeRun } from "./change.ts";
import {
  authenticate,
  authorizedContext,
  identify,
  requestOf,
  type Caller,
  type Deciding,
} from "./identify.ts";
import { readBody, readParams, readQuery } from "./input.ts";
import {
  refuseReadOnly,
  refuseWorkspaceToken,
  requireOperator,
  requirePrincipal,
} from "./require-actor.ts";
import { respond } from "./respond.ts";
import type { LiveConnections } from "./live/live-connections.ts";
import type { AnyOperation, RequestEnv, RouteContext } from "./route-context.ts";

/** What every route needs, made once. */
export interface Mounting extends Deciding {
  readonly app: Hono<RequestEnv>;
  readonly policySets: PolicySets;
  readonly live: LiveConnections;
  /** Where people reach the site; null: wherever they say. */
  readonly publicUrl: string | null;
  /** Tells the operator of a failure inside. */
  readonly onError: (error: unknown, requestId: string) => void;
}

export interface Input<P, Q, B> {
  params: P;
  query: Q;
  body: B;
}

export type InputOf<O> =
  O extends Operation<infer P, infer Q, infer B, z.ZodType>
    ? Input<z.output<P>, z.output<Q>, z.output<B>>
    : never;
export type OutputOf<O> =
  O extends Operation<Fields, Fields, z.ZodType, infer R>
    ? [R] extends [z.ZodNever]
      ? void
      : z.input<R>
    : never;

/** Where a creation's region is asked for, when the target (a Workspace) has none. */
type RegionOf<O> = (input: InputOf<O>) => string;

interface ChangeOptions<O> {
  region?: RegionOf<O>;
  /** Takes the secret out of a response before it is kept for replays. */
  redact?: (response: OutputOf<O>) => unknown;
  /** What the audit event tells of the change beyond its target; it is kept for good, so no secrets. */
  auditDetails?: (response: OutputOf<O>) => Record<string, unknown>;
}

/** Mounts a read of a target: validate → authenticate → locate → authorize → read. */
export function mountRead<O extends AnyOperation>(
  mounting: Mounting,
  operation: O,
  handler: (ctx: ReadContext, input: InputOf<O>) => Promise<OutputOf<O>>,
): void {
  on(mounting, operation, async (c) => {
    const { actor, target, params } = await identify(mounting, c, operation);
    const ctx = await authorizedContext(mounting, c, operation, actor, target);
    const input = await readInput<O>(c, operation, params);
    return respond(c, operation, await handler(ctx, input));
  });
}

/** Mounts a read that shows the target itself; it is found with caller and target, and shown once that is allowed. */
export function mountItem<O extends AnyOperation, View>(
  mounting: Mounting,
  operation: O,
  shown: Shown<View>,
  present: (view: View) => OutputOf<O>,
): void {
  on(mounting, operation, async (c) => {
    const found = await identify(mounting, c, operation, shown);
    const { authorization } = await authorizedContext(
      mounting,
      c,
      operation,
      found.actor,
      found.target,
    );
    readQuery(c, operation);
    if (found.shown === null) throw notFound(authorization.target.kind);
    return respond(c, operation, present(shown.parse(found.shown)));
  });
}

/** Mounts a change of a target, in one transaction with its audit event and idempotency record. */
export function mountChange<O extends AnyOperation>(
  mounting: Mounting,
  operation: O,
  handler: (ctx: ChangeContext, input: InputOf<O>) => Promise<OutputOf<O>>,
  options: ChangeOptions<O> = {},
): void {
  const { action, target: kind } = operationRow(operation.id);
  // Nothing may be decided by role alone where Services and Policies have a say.
  if (action !== undefined && kind === "workspace" && options.region === undefined)
    throw new Error(`${operation.id} does not say in which region it asks for ${action}`);
  on(mounting, operation, async (c) => {
    const { actor, target, params } = await identify(mounting, c, operation);
    const run = changeRun(mounting, c, operation, { actor, target, params }, options);
    const response = await runChange(run, async (begin) => {
      const ctx = await authorizedContext(mounting, c, operation, actor, target, run.decisions);
      const input = await readInput<O>(c, operation, params);
      if (options.region !== undefined)
        requireAction(ctx.authorization, action as Action, options.region(input));
      return begin((tx) =>
        handler(
          { ...ctx, tx: { ...tx, organizationId: target!.organizationId }, ifMatch: ifMatch(c) },
          input,
        ),
      );
    });
    return respond(c, operation, response as OutputOf<O>);
  });
}

/** Mounts what a caller reads for itself, of the catalogue or of its own. */
export function mountSelfRead<O extends AnyOperation>(
  mounting: Mounting,
  operation: O,
  handler: (ctx: SelfContext, input: InputOf<O>) => Promise<OutputOf<O>>,
): void {
  on(mounting, operation, async (c) => {
    const actor = requirePrincipal(await authenticate(mounting, c));
    const input = await readInput<O>(c, operation);
    return respond(c, operation, await handler({ ...requestOf(mounting, c), actor }, input));
  });
}

/** Mounts what a caller changes of its own. */
export function mountSelfChange<O extends AnyOperation>(
  mounting: Mounting,
  operation: O,
  handler: (ctx: SelfChangeContext, input: InputOf<O>) => Promise<OutputOf<O>>,
  options: ChangeOptions<O> = {},
): void {
  on(mounting, operation, async (c) => {
    const actor = requirePrincipal(await authenticate(mounting, c));
    const params = readParams(c, operation);
    const run = changeRun(mounting, c, operation, { actor, target: null, params }, options);
    const response = await runChange(run, async (begin) => {
      refuseReadOnly(actor, operation);
      refuseWorkspaceToken(actor);
      const input = await readInput<O>(c, operation, params);
      return begin((tx) => handler({ ...requestOf(mounting, c), actor, tx }, input));
    });
    return respond(c, operation, response as OutputOf<O>);
  });
}

/** Mounts an endpoint of the operator that changes something in a transaction. */
export function mountOperatorChange<O extends AnyOperation>(
  mounting: Mounting,
  operation: O,
  handler: (ctx: OperatorChangeContext, input: InputOf<O>) => Promise<OutputOf<O>>,
  options: ChangeOptions<O> = {},
): void {
  on(mounting, operation, async (c) => {
    const actor = requireOperator(await authenticate(mounting, c));
    const params = readParams(c, operation);
    const run = changeRun(mounting, c, operation, { actor, target: null, params }, options);
    const response = await runChange(run, async (begin) => {
      const input = await readInput<O>(c, operation, params);
      return begin((tx) => handler({ ...requestOf(mounting, c), actor, tx }, input));
    });
    return respond(c, operation, response as OutputOf<O>);
  });
}

/** Mounts an endpoint of the operator that reads, or whose work does not fit one transaction. */
export function mountOperator<O extends AnyOperation>(
  mounting: Mounting,
  operation: O,
  handler: (ctx: OperatorContext, input: InputOf<O>) => Promise<OutputOf<O>>,
): void {
  on(mounting, operation, async (c) => {
    const actor = requireOperator(await authenticate(mounting, c));
    const input = await readInput<O>(c, operation);
    return respond(c, operation, await handler({ ...requestOf(mounting, c), actor }, input));
  });
}

/** Routes what an operation names to its handling. */
export function on(
  { app }: Mounting,
  operation: AnyOperation,
  handle: (c: RouteContext) => Promise<Response>,
): void {
  const path = operation.path.replaceAll(/\{(\w+)\}/g, ":$1");
  app.on(operation.method.toUpperCase(), path, async (c) => {
    await arrival(c, operation);
    return handle(c);
  });
}

// A caller is judged when the whole request is there: rights lost meanwhile must not serve for a body held back.
async function arrival(c: RouteContext, { method, body }: Operation<Fields, Fields, any, any>) {
  if (method === "get" || (body === null && c.req.header("idempotency-key") === undefined)) return;
  await readText(c).catch(() => {}); // What is wrong with it is told after who asks.
}

/** Path, query and body, checked. */
export async function readInput<O>(
  c: Context,
  operation: AnyOperation,
  params: Record<string, string> = readParams(c, operation),
): Promise<InputOf<O>> {
  const query = readQuery(c, operation);
  const body = await readBody(c, operation);
  return { params, query, body } as InputOf<O>;
}

/** A change as it is run. */
export function changeRun(
  mounting: Mounting,
  c: RouteContext,
  operation: AnyOperation,
  caller: Pick<Caller, "actor" | "target" | "params">,
  options: ChangeOptions<any>,
): ChangeRun {
  const key = operation.method === "post" ? c.req.header("idempotency-key") : undefined;
  if (key !== undefined && (key.length === 0 || key.length > 255)) {
    throw new DomainError("invalid_input", "Idempotency-Key must have 1 to 255 characters.", {
      errors: [
        { pointer: "Idempotency-Key", code: "too_long", message: "must have 1 to 255 characters" },
      ],
    });
  }
  const decisions: MadeDecision[] = [];
  return {
    ...requestOf(mounting, c),
    ...caller,
    operation,
    policySets: mounting.policySets,
    decisions,
    decideAgain: decidingAgain(mounting, operation, caller, decisions),
    redact: options.redact,
    auditDetails: options.auditDetails,
    idempotencyKey: key ?? null,
    readRequest: async () => `${c.req.method} ${c.req.path}\n${await readText(c)}`,
    onReplay: () => c.set("replayed", true),
  };
}

/** Null where Services and Policies have no say in an operation. */
function decidingAgain(
  { grants }: Mounting,
  { id }: AnyOperation,
  { actor, target }: Pick<Caller, "actor" | "target">,
  decisions: MadeDecision[],
): ChangeRun["decideAgain"] {
  if (actor.kind === "operator" || target === null || operationRow(id).action === undefined)
    return null;
  return (tx) => decideAgain(tx, grants, { actor, operation: id, target }, decisions);
}

function ifMatch(c: Context): number | null {
  const header = c.req.header("if-match");
  if (header === undefined || header === "*") return null;
  const revision = /^"(\d+)"$/.exec(header)?.[1];
  return revision === undefined ? -1 : Number(revision);
}
