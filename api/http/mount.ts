import type { Context, Hono } from "hono";
import { operationRow, type Action } from "@aifactory/sdk/policy";
import type { z } from "@hono/zod-openapi";
import type { Fields, Operation } from "#contract/operation.ts";
import type { Actor } from "#domain/access/actor.ts";
import { authorize, requireAction, type Authorization } from "#domain/access/authorize.ts";
import type { Grants } from "#domain/access/grants.ts";
import type { Shown, Target } from "#domain/access/target.ts";
import type {
  ChangeContext,
  OperatorChangeContext,
  OperatorContext,
  ReadContext,
  SelfChangeContext,
  SelfContext,
} from "#domain/context.ts";
import { DomainError, notFound } from "#domain/errors.ts";
import { keyOf } from "#domain/ids.ts";
import type { Authenticator, Identified } from "#domain/principals/authenticate.ts";
import type { Site } from "#domain/site.ts";
import { readText } from "./body.ts";
import { runChange, type ChangeRun } from "./change.ts";
import { readBody, readParams, readQuery } from "./input.ts";
import { REQUEST_ID } from "./problem.ts";

/** What every route needs, made once. */
export interface Mounting {
  readonly app: Hono<{ Variables: RequestVariables }>;
  readonly site: Site;
  readonly grants: Grants;
  readonly authenticator: Authenticator;
}

export interface RequestVariables {
  requestId: string;
  sourceAddress: string | null;
  /** Set where the answer is one that was given before. */
  replayed?: boolean;
  /** Of the body, once it was asked for. */
  bodyText?: Promise<string>;
}

export interface Input<P, Q, B> {
  params: P;
  query: Q;
  body: B;
}

type InputOf<O> =
  O extends Operation<infer P, infer Q, infer B, z.ZodType>
    ? Input<z.output<P>, z.output<Q>, z.output<B>>
    : never;
type OutputOf<O> =
  O extends Operation<Fields, Fields, z.ZodType, infer R>
    ? [R] extends [z.ZodNever]
      ? void
      : z.input<R>
    : never;

/** Where a creation's region is asked for, when the target (a Workspace) has none. */
type RegionOf<O> = (input: InputOf<O>) => string | null;

interface ChangeOptions<O> {
  region?: RegionOf<O>;
  /** Takes the secret out of a response before it is kept for replays. */
  redact?: (response: OutputOf<O>) => unknown;
  /** What the audit event tells of the change beyond its target; it is kept for good, so no secrets. */
  auditDetails?: (response: OutputOf<O>) => Record<string, unknown>;
}

/** Mounts a read of a target: validate → authenticate → locate → authorize → read. */
export function mountRead<O extends Operation<Fields, Fields, any, any>>(
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
export function mountItem<O extends Operation<Fields, Fields, any, any>, View>(
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
export function mountChange<O extends Operation<Fields, Fields, any, any>>(
  mounting: Mounting,
  operation: O,
  handler: (ctx: ChangeContext, input: InputOf<O>) => Promise<OutputOf<O>>,
  options: ChangeOptions<O> = {},
): void {
  on(mounting, operation, async (c) => {
    const { actor, target, params } = await identify(mounting, c, operation);
    const run = changeRun(mounting, c, operation, { actor, target, params }, options);
    const response = await runChange(run, async (begin) => {
      const ctx = await authorizedContext(mounting, c, operation, actor, target);
      const input = await readInput<O>(c, operation, params);
      const { action } = operationRow(operation.id);
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
export function mountSelfRead<O extends Operation<Fields, Fields, any, any>>(
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
export function mountSelfChange<O extends Operation<Fields, Fields, any, any>>(
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
export function mountOperatorChange<O extends Operation<Fields, Fields, any, any>>(
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
export function mountOperator<O extends Operation<Fields, Fields, any, any>>(
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

function on(
  { app }: Mounting,
  operation: Operation<Fields, Fields, any, any>,
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

type RouteContext = Context<{ Variables: RequestVariables }>;

async function readInput<O>(
  c: Context,
  operation: Operation<Fields, Fields, any, any>,
  params: Record<string, string> = readParams(c, operation),
): Promise<InputOf<O>> {
  const query = readQuery(c, operation);
  const body = await readBody(c, operation);
  return { params, query, body } as InputOf<O>;
}

async function authenticate({ authenticator }: Mounting, c: Context): Promise<Actor> {
  return (await authenticator.identify(c.req.header("authorization"))).actor;
}

interface Caller extends Identified {
  readonly params: Record<string, string>;
}

/** Who asks, and for what. */
async function identify(
  mounting: Mounting,
  c: RouteContext,
  operation: Operation<Fields, Fields, any, any>,
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
function readNamed(c: RouteContext, operation: Operation<Fields, Fields, any, any>) {
  const kind = operationRow(operation.id).target as Target["kind"];
  try {
    const params = readParams(c, operation);
    return { params, target: { kind, id: keyOf(params[`${kind}Id`]!) } };
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
}

async function authorizedContext(
  mounting: Mounting,
  c: RouteContext,
  operation: Operation<Fields, Fields, any, any>,
  actor: Actor,
  target: Target | null,
): Promise<ReadContext> {
  const principal = requirePrincipal(actor);
  const kind = operationRow(operation.id).target;
  if (target === null) throw notFound(kind === "serviceAccount" ? "service account" : kind);
  const authorization: Authorization = await authorize(
    mounting.grants,
    principal,
    operation.id,
    target,
    target.region,
  );
  refuseReadOnly(principal, operation);
  return { ...requestOf(mounting, c), actor: principal, authorization };
}

function requestOf({ site }: Mounting, c: RouteContext) {
  return { site, requestId: c.get("requestId"), sourceAddress: c.get("sourceAddress") };
}

function changeRun(
  mounting: Mounting,
  c: RouteContext,
  operation: Operation<Fields, Fields, any, any>,
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
  return {
    ...requestOf(mounting, c),
    ...caller,
    operation,
    redact: options.redact,
    auditDetails: options.auditDetails,
    idempotencyKey: key ?? null,
    readRequest: async () => `${c.req.method} ${c.req.path}\n${await readText(c)}`,
    onReplay: () => c.set("replayed", true),
  };
}

// A plain record of headers, and a string: the server writes them as they are, and headers added later would turn the
// body into a stream.
function respond(
  c: RouteContext,
  operation: Operation<Fields, Fields, any, any>,
  body: unknown,
): Response {
  const headers: Record<string, string> = { [REQUEST_ID]: c.get("requestId") };
  if (c.get("replayed")) headers["idempotency-replayed"] = "true";
  if (operation.response === null) return new Response(null, { status: 204, headers });
  headers["content-type"] = "application/json";
  if (operation.revisioned) headers["etag"] = `"${(body as { revision: number }).revision}"`;
  return new Response(JSON.stringify(body), { status: operation.status, headers });
}

function ifMatch(c: Context): number | null {
  const header = c.req.header("if-match");
  if (header === undefined || header === "*") return null;
  const revision = /^"(\d+)"$/.exec(header)?.[1];
  return revision === undefined ? -1 : Number(revision);
}

function requirePrincipal(actor: Actor): Extract<Actor, { principalId: string }> {
  if (actor.kind !== "operator") return actor;
  throw new DomainError("forbidden", "The operator’s token works for /v1/operator only.", {
    layer: "role",
  });
}

function requireOperator(actor: Actor): Extract<Actor, { kind: "operator" }> {
  if (actor.kind === "operator") return actor;
  throw new DomainError("forbidden", "This needs the operator’s token.", { layer: "role" });
}

function refuseReadOnly(
  actor: Extract<Actor, { principalId: string }>,
  operation: Operation<Fields, Fields, any, any>,
): void {
  if (!actor.credential.readOnly || operation.method === "get") return;
  throw new DomainError("token_read_only", "This token may only read.", { layer: "token" });
}

function refuseWorkspaceToken(actor: Extract<Actor, { principalId: string }>): void {
  if (actor.credential.workspaceId === null) return;
  throw new DomainError("token_restricted", "This token works in one Workspace only.", {
    layer: "token",
  });
}
