import type { ReadContext } from "#domain/context.ts";
import { authorizedContext, identify } from "../identify.ts";
import { on, readInput, type InputOf, type Mounting, type OutputOf } from "../mount.ts";
import { asProblem, problemBody, REQUEST_ID } from "../problem.ts";
import { respond } from "../respond.ts";
import type { AnyOperation, RouteContext } from "../route-context.ts";
import { eventStream } from "./event-stream.ts";

interface Followed<O> {
  /** What is there now. */
  read: (ctx: ReadContext, input: InputOf<O>) => Promise<OutputOf<O>>;
  /** What is there now and what is added, line by line, until there is no more or the signal aborts. */
  follow: (ctx: ReadContext, input: InputOf<O>, signal: AbortSignal) => AsyncIterable<string>;
}

/**
 * Mounts a read of lines that can also be followed, by `follow=true`: then they are sent as events as they come, for as
 * long as the caller has access.
 */
export function mountFollowed<O extends AnyOperation>(
  mounting: Mounting,
  operation: O,
  { read, follow }: Followed<O>,
): void {
  const { live, onError } = mounting;
  const decide = async (c: RouteContext) => {
    const { actor, target, params } = await identify(mounting, c, operation);
    return { ctx: await authorizedContext(mounting, c, operation, actor, target), params };
  };
  on(mounting, operation, async (c) => {
    const { ctx, params } = await decide(c);
    const input = await readInput<O>(c, operation, params);
    if (!(input.query as { follow: boolean }).follow)
      return respond(c, operation, await read(ctx, input));
    const connection = live.open("log", ctx.actor.principalId, () => decide(c));
    const { outgoing } = c.env;
    outgoing.once("close", () => connection.close());
    connection.onCut(() => outgoing.destroy());
    const lines = follow(ctx, input, connection.signal);
    const body = eventStream(lines, connection, {
      heartbeatMs: live.limits.heartbeatMs,
      describe: (error) => problemBody(asProblem(error, ctx.requestId, onError), ctx.requestId),
    });
    return new Response(body, { headers: headersOf(c) });
  });
}

function headersOf(c: RouteContext) {
  return {
    [REQUEST_ID]: c.get("requestId"),
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    // Proxies of the nginx kind pass it on as it comes.
    "x-accel-buffering": "no",
  };
}
