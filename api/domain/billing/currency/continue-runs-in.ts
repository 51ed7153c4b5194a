import type { Tx } from "#db/tenant.ts";
import type { Fixing } from "./fix-currency.ts";
import { OPEN } from "#domain/billing/runs/usage-run.ts";

// $1 organization, $2 minute, $3 currency, $4 rate. What began within the minute has not been charged: it ends as it
// began, and begins anew at the same moment. A product without a price in the list keeps its own, converted.
const CONTINUE = `
  with going as (
    select r.*, coalesce(p.price * r.quantity, converted(r.price_per_hour, $4::numeric)) as new_price
    from usage_runs r
    left join lateral (
      select price_in($3, vnd, usd, jpy) as price from prices
      where kind = r.kind and item = case r.kind when 'gpu' then r.product else r.region end
        and effective_minute <= greatest($2, r.first_minute)
      order by effective_minute desc limit 1
    ) p on true
    where r.organization_id = $1 and r.tick_until > $2
      and (r.ended_at is null or r.ended_at > greatest(minute_start($2), r.started_at))
  ), ended as (
    update usage_runs r set ended_at = greatest(minute_start($2), r.started_at),
      end_minute = greatest($2, r.first_minute), tick_until = greatest($2, r.tick_from)
    from going g where r.id = g.id
    returning r.*, g.ended_at as until, g.end_minute as until_minute, g.new_price
  )
  insert into usage_runs (id, organization_id, workspace_id, shard, service, kind, resource_id, volume_id, region,
    product, quantity, currency, price_per_hour, price_usd_per_hour, running_since, started_at, ended_at, first_minute,
    end_minute, tick_from, tick_until)
  select new_id(), organization_id, workspace_id, shard, service, kind, resource_id, volume_id, region,
    product, quantity, $3, new_price, price_usd_per_hour, running_since, ended_at, until, end_minute,
    until_minute, end_minute, coalesce(until_minute, ${OPEN})
  from ended`;

/**
 * Ends every run of the Organization where the first minute of the new currency begins, and continues it at that
 * currency's own price of the minute (WAL-4). Every minute before it has been charged, so nothing is to be corrected.
 */
export async function continueRunsIn(
  tx: Tx,
  { organizationId, minute, to, rate }: Fixing,
): Promise<void> {
  await tx.client.query(CONTINUE, [organizationId, minute, to, rate]);
}
