import type { Tx } from "#db/tenant.ts";
import { chargeWindow } from "./charge-window.ts";
import { consumeLate } from "./consume-late.ts";
import { judgeShard } from "./judge-balances.ts";
import { minuteOf, nextDay } from "#domain/billing/units/minute.ts";
import { warnQuotas } from "#domain/billing/limits/quota-warnings.ts";
import { renewPlans } from "#domain/billing/credit/renew-plans.ts";

/** What a tick of a shard charged: minutes [from, to). */
export interface TickedShard {
  shard: number;
  from: number;
  to: number;
}

/**
 * Charges every closed minute of a shard up to the transaction's moment: late reports, charges, expiries, debts and the
 * cursor in one commit (BIL-3). Null when there is nothing to do or another replica is at it. A crash before the commit
 * leaves all of it to the next tick; nothing is lost or doubled.
 */
export async function tickShard(tx: Tx, shard: number): Promise<TickedShard | null> {
  const to = minuteOf(tx.now);
  const { rows } = await tx.client.query<{
    from_minute: number;
    has_late: boolean;
    has_lapsing: boolean;
  }>("select * from begin_tick($1, $2, $3)", [shard, to, tx.now]);
  const begun = rows[0];
  if (!begun) return null;
  const renewed = await renewPlans(tx, shard);
  if (begun.has_late) await consumeLate(tx, shard);
  for (let from = begun.from_minute; from < to;) {
    const until = Math.min(to, nextDay(from));
    // A correction may have given something back to credit that lapses now, or a whole period of a plan is over.
    const lapsing = begun.has_lapsing || begun.has_late || renewed;
    await chargeWindow(tx, { shard, from, to: until, organizations: null, lapsing });
    from = until;
  }
  await judgeShard(tx, shard);
  await warnQuotas(tx, { shard, workspaceId: null, minute: to - 1 });
  await tx.client.query("update shard_cursors set cursor_minute = $2 where shard = $1", [
    shard,
    to,
  ]);
  return { shard, from: begun.from_minute, to };
}
