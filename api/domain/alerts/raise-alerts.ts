import type { Tx } from "#db/tenant.ts";
import { formatMoney, type Currency } from "#domain/billing/units/money.ts";
import type { Scope } from "#domain/debts/track-shortages.ts";
import { publicId } from "#domain/ids.ts";
import type { Notice } from "#domain/notices/notice.ts";
import { notify } from "#domain/notices/notify.ts";

interface Fallen {
  id: string;
  organization_id: string;
  threshold: bigint;
  crossings: number;
  recipients: string[];
  total: bigint;
  currency: Currency;
}

// $1 shard, $2 Organization, $3 whether credit was granted. Corrections alone must lift the total by a twentieth beyond the
// threshold, so that what they move to and fro is told once; a grant re-arms what it reaches.
const RAISE = `
  with totals as materialized (
    select organization_id, currency, plans + vouchers + top_up as total
    from wallets where shard = $1 and ($2::uuid is null or organization_id = $2)
  ), armed as (
    update balance_alerts a set armed = true
    from totals t
    where a.shard = $1 and t.organization_id = a.organization_id and not a.armed
      and t.total >= a.threshold + case when $3 then 0 else a.threshold / 20 end
  )
  update balance_alerts a set armed = false, crossings = a.crossings + 1
  from totals t
  where a.shard = $1 and t.organization_id = a.organization_id and a.armed and t.total < a.threshold
  returning a.id, a.organization_id, a.threshold, a.crossings, a.recipients, t.total, t.currency`;

/**
 * Tells the recipients of every alert whose threshold the Wallet's total fell below, once for each fall (BIL-7). The
 * Wallets are locked.
 */
export async function raiseAlerts(tx: Tx, scope: Scope, granted: boolean): Promise<void> {
  const values = [scope.shard, scope.organizationId, granted];
  const { rows } = await tx.client.query<Fallen>({ name: "raise alerts", text: RAISE, values });
  await notify(tx, rows.map(noticeOf));
}

function noticeOf(alert: Fallen): Notice {
  const { id, organization_id: organizationId, crossings, recipients, currency } = alert;
  return {
    organizationId,
    kind: "balanceAlert",
    cause: `balanceAlert:${id}:${crossings}`,
    audience: "recipients",
    recipients,
    facts: {
      alertId: publicId("balanceAlert", id),
      threshold: formatMoney(alert.threshold, currency),
      total: formatMoney(alert.total, currency),
    },
  };
}
