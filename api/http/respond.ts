import { REQUEST_ID } from "./problem.ts";
import type { AnyOperation, RouteContext } from "./route-context.ts";

/**
 * Answers an operation. A plain record of headers and a string: the server writes them as they are, while headers added
 * later would turn the body into a stream.
 */
export function respond(c: RouteContext, operation: AnyOperation, body: unknown): Response {
  const headers: Record<string, string> = { [REQUEST_ID]: c.get("requestId") };
  if (c.get("replayed")) headers["idempotency-replayed"] = "true";
  if (operation.response === null) return new Response(null, { status: 204, headers });
  headers["content-type"] = "application/json";
  if (operation.revisioned) headers["etag"] = `"${(body as { revision: number }).revision}"`;
  return new Response(JSON.stringify(body), { status: operation.status, headers });
}
