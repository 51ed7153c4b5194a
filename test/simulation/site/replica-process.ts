import { openReplica } from "./open-replica.ts";
import type { Order, Report } from "./orders.ts";

// One replica as a process of its own, to be killed: it opens and closes databases as its parent says.
let close: (() => Promise<void>) | null = null;
// Whoever cannot be told has gone, and with it this process.
const report = (message: Report) => process.send!(message, undefined, {}, () => {});

process.on("disconnect", () => process.exit(0));
process.on("message", (order: Order) => {
  obey(order).catch((error: unknown) => report({ failed: String((error as Error).stack) }));
});

async function obey(order: Order): Promise<void> {
  await close?.();
  close = null;
  if (order.do === "close") return void report({ closed: true });
  const replica = await openReplica(order, (error) => report({ error: describe(error) }));
  close = replica.close;
  report({ port: replica.port });
}

/** With what PostgreSQL tells beside it, such as who waited for whom in a deadlock. */
function describe(error: unknown): string {
  const { cause, detail, where } = error as { cause?: unknown; detail?: string; where?: string };
  const own = [String(error).split("\n")[0], detail, where].filter(Boolean).join(" | ");
  return cause instanceof Error ? `${own} <- ${describe(cause)}` : own;
}

report({ ready: true });
