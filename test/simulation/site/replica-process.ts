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
  const replica = await openReplica(order, (error) => report({ error: String(error) }));
  close = replica.close;
  report({ port: replica.port });
}
report({ ready: true });
