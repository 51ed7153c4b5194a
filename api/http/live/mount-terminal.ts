import type { ChangeContext, ReadContext } from "#domain/context.ts";
import { DomainError, InputError } from "#domain/errors.ts";
import type { ExecSession } from "#ports/cluster.ts";
import { runChange } from "../change.ts";
import { authorizedContext, identify } from "../identify.ts";
import { changeRun, on, readInput, type InputOf, type Mounting } from "../mount.ts";
import { asProblem, problemBody } from "../problem.ts";
import type { AnyOperation, RouteContext } from "../route-context.ts";
import type { LiveConnection } from "./live-connection.ts";
import { playTerminal } from "./play-terminal.ts";

interface TerminalVerbs<O> {
  /** In the transaction that records it; answers what the audit log calls the target. */
  open: (ctx: ChangeContext) => Promise<{ id: string; name: string }>;
  /** Throws once there is no shell any more to be in. */
  check: (ctx: ReadContext) => Promise<void>;
  start: (ctx: ReadContext, input: InputOf<O>) => Promise<ExecSession>;
}

/**
 * Mounts a terminal: a change without a response, recorded before anything is shown (AUD-1), that turns the connection into a
 * WebSocket and goes on for as long as its caller may do it.
 */
export function mountTerminal<O extends AnyOperation>(
  mounting: Mounting,
  operation: O,
  { open, check, start }: TerminalVerbs<O>,
): void {
  const { live, onError } = mounting;
  on(mounting, operation, async (c) => {
    const { actor, target, params } = await identify(mounting, c, operation);
    const checkAgain = async () => {
      const again = await identify(mounting, c, operation);
      await check(await authorizedContext(mounting, c, operation, again.actor, again.target));
    };
    const opened: Partial<Opened<O>> = {};
    const run = changeRun(mounting, c, operation, { actor, target, params }, {});
    await runChange(run, async (begin) => {
      const ctx = await authorizedContext(mounting, c, operation, actor, target, run.decisions);
      const input = await readInput<O>(c, operation, params);
      requireUpgrade(c);
      requireOwnOrigin(c, mounting.publicUrl);
      const connection = live.open("terminal", ctx.actor.principalId, checkAgain);
      const { socket } = c.env.upgrade!;
      socket.once("close", () => connection.close());
      connection.onCut(() => socket.destroy());
      Object.assign(opened, { ctx, input, connection });
      const { organizationId } = ctx.authorization.target;
      return begin((tx) => open({ ...ctx, tx: { ...tx, organizationId }, ifMatch: null }));
    });
    const { ctx, input, connection } = opened as Opened<O>;
    const describe = (error: unknown) =>
      problemBody(asProblem(error, ctx.requestId, onError), ctx.requestId);
    const { limits } = live;
    return c.env.upgrade!.accept((socket) => {
      void playTerminal(socket, { connection, limits, start: () => start(ctx, input), describe });
    });
  });
}

interface Opened<O> {
  ctx: ReadContext;
  input: InputOf<O>;
  connection: LiveConnection;
}

function requireUpgrade(c: RouteContext): void {
  if (c.env.upgrade !== undefined) return;
  throw new DomainError("upgrade_required", 'This is a WebSocket: send "Upgrade: websocket".');
}

/** A page of elsewhere may not use a token that it came by, nor be used by who made it. */
function requireOwnOrigin(c: RouteContext, publicUrl: string | null): void {
  const origin = c.req.header("origin");
  if (origin === undefined) return;
  const own = [c.req.header("host"), publicUrl && new URL(publicUrl).host];
  if (URL.canParse(origin) && own.includes(new URL(origin).host)) return;
  const message = "must be the site's own: its pages alone open terminals";
  throw new InputError([{ pointer: "Origin", code: "foreign_origin", message }]);
}
