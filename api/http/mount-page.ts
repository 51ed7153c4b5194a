import type { ReadContext } from "#domain/context.ts";
import { authorizedContext, identify } from "./identify.ts";
import { on, readInput, type InputOf, type Mounting, type OutputOf } from "./mount.ts";
import { REQUEST_ID } from "./problem.ts";
import { respond } from "./respond.ts";
import type { AnyOperation, RouteContext } from "./route-context.ts";

/** Mounts a read that also has a page for people: by `?format=html`, or where HTML is accepted and JSON is not. */
export function mountPage<O extends AnyOperation>(
  mounting: Mounting,
  operation: O,
  handler: (ctx: ReadContext, input: InputOf<O>) => Promise<OutputOf<O>>,
  page: (body: OutputOf<O>) => string,
): void {
  on(mounting, operation, async (c) => {
    const { actor, target, params } = await identify(mounting, c, operation);
    const ctx = await authorizedContext(mounting, c, operation, actor, target);
    const input = await readInput<O>(c, operation, params);
    const body = await handler(ctx, input);
    const { format } = input.query as { format?: "json" | "html" };
    if (!asksForPage(c, format)) return respond(c, operation, body);
    const headers = {
      [REQUEST_ID]: c.get("requestId"),
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      vary: "Accept",
    };
    return new Response(page(body), { status: operation.status, headers });
  });
}

function asksForPage(c: RouteContext, format: "json" | "html" | undefined): boolean {
  if (format !== undefined) return format === "html";
  const accepted = c.req.header("accept") ?? "";
  return /\btext\/html\b/i.test(accepted) && !/\bapplication\/json\b/i.test(accepted);
}
