import { createRoute, z } from "@hono/zod-openapi";
import { operationRow, type OperationId } from "@aifactory/sdk/policy";
import { problem } from "./common.ts";

export type Method = "get" | "post" | "put" | "patch" | "delete";
export type Fields = z.ZodObject;
export type MediaType =
  | "application/json"
  | "application/x-ndjson"
  | "text/csv"
  | "text/event-stream"
  | "text/html";

/** One endpoint: everything that routes, validation, the API description and generated tests need to know of it. */
export interface Operation<
  P extends Fields = Fields,
  Q extends Fields = Fields,
  B extends z.ZodType = z.ZodType,
  R extends z.ZodType = z.ZodType,
> {
  readonly id: OperationId;
  readonly method: Method;
  /** OpenAPI style: `/v1/workspaces/{workspaceId}`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly params: P;
  readonly query: Q;
  readonly body: B | null;
  /** `null`: 204, no body. */
  readonly response: R | null;
  /** What it answers in: the first is what `response` describes, any further ones are text on request. */
  readonly produces: readonly [MediaType, ...MediaType[]];
  /** 101: the connection becomes a WebSocket. */
  readonly status: 101 | 200 | 201 | 202 | 204;
  /** Answers without `Authorization` (ID-1). */
  readonly open: boolean;
  /** Responses carry an ETag, and `If-Match` is honoured. */
  readonly revisioned: boolean;
  /** Changes nothing (RFC 9110): open to tokens that may only read (ID-3), and no event of the audit log. */
  readonly safe: boolean;
}

const nothing = z.strictObject({});
type Nothing = typeof nothing;

interface Spec<P, Q, B, R> {
  method: Method;
  path: string;
  tag: string;
  summary: string;
  description?: string;
  params?: P;
  query?: Q;
  body?: B;
  response?: R;
  produces?: readonly [MediaType, ...MediaType[]];
  status?: Operation["status"];
  open?: boolean;
  revisioned?: boolean;
  safe?: boolean;
}

const registry: Operation[] = [];

/** Declares an endpoint under its row of the role table, and lists it for `allOperations`. */
export function operation<
  P extends Fields = Nothing,
  Q extends Fields = Nothing,
  B extends z.ZodType = z.ZodNever,
  R extends z.ZodType = z.ZodNever,
>(id: OperationId, spec: Spec<P, Q, B, R>): Operation<P, Q, B, R> {
  const declared = {
    id,
    method: spec.method,
    path: spec.path,
    tag: spec.tag,
    summary: spec.summary,
    ...(spec.description === undefined ? {} : { description: spec.description }),
    params: spec.params ?? (nothing as unknown as P),
    query: spec.query ?? (nothing as unknown as Q),
    body: spec.body ?? null,
    response: spec.response ?? null,
    produces: spec.produces ?? ["application/json"],
    status: spec.status ?? (spec.response ? 200 : 204),
    open: spec.open ?? false,
    revisioned: spec.revisioned ?? false,
    safe: spec.safe ?? spec.method === "get",
  } satisfies Operation<P, Q, B, R>;
  registry.push(declared as unknown as Operation);
  return declared;
}

/** Every operation declared so far; `operations.ts` declares them all. */
export function declaredOperations(): readonly Operation[] {
  return registry;
}

/** True when the body may be left out: no field of it is required. */
export function bodyIsOptional(operation: Operation): boolean {
  return operation.body !== null && operation.body.safeParse({}).success;
}

/** The route as OpenAPI describes it. */
export function describeRoute(operation: Operation) {
  const row = operationRow(operation.id);
  const json = <T extends z.ZodType>(schema: T) => ({ "application/json": { schema } });
  return createRoute({
    operationId: operation.id,
    method: operation.method,
    path: operation.path,
    tags: [operation.tag],
    summary: operation.summary,
    ...(operation.description === undefined ? {} : { description: operation.description }),
    "x-roles": { Owner: row.Owner, Admin: row.Admin, Member: row.Member },
    ...(row.action === undefined ? {} : { "x-policy-action": row.action }),
    ...(operation.open ? { security: [] } : { security: [{ bearer: [] }] }),
    request: {
      params: operation.params,
      query: operation.query,
      ...(operation.method === "post" && !operation.open
        ? { headers: z.object({ "idempotency-key": idempotencyKey.optional() }) }
        : {}),
      ...(operation.body === null
        ? {}
        : { body: { content: json(operation.body), required: !bodyIsOptional(operation) } }),
    },
    responses: {
      [operation.status]:
        operation.response === null
          ? { description: operation.status === 101 ? "A WebSocket." : "Done." }
          : { description: "Done.", content: answers(operation) },
      default: {
        description: "A problem (RFC 9457).",
        content: { "application/problem+json": { schema: problem } },
      },
    },
  });
}

function answers({ response, produces: [described, ...further] }: Operation) {
  const text = further.map((type) => [type, { schema: z.string() }] as const);
  return { [described]: { schema: response! }, ...Object.fromEntries(text) };
}

export const idempotencyKey = z.string().min(1).max(255).openapi({
  description: "Makes a repeated POST return the first answer; kept 24 hours.",
});
