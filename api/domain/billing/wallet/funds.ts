import type { Service } from "@aifactory/sdk/policy";
import type { Tx } from "#db/tenant.ts";
import type { Currency } from "#domain/billing/units/money.ts";

/** What each Service could spend now, in micro-units of the Wallet's currency. */
export interface Funds {
  readonly currency: Currency;
  readonly available: Readonly<Record<Service, bigint>>;
}

/**
 * Plans, vouchers that fit a Service, and top-up, where a debt counts negative (BIL-8). Credit that has not started or
 * has expired does not count, swept or not.
 */
export async function fundsOf(tx: Tx, organizationId: string): Promise<Funds> {
  const { rows } = await tx.client.query<{
    currency: Currency;
    service: Service;
    available: bigint;
  }>({
    name: "funds",
    text: `select w.currency, s.service, (w.top_up + coalesce(sum(c.remaining), 0))::bigint as available
     from wallets w
     cross join unnest(array['notebook', 'container', 'inference']) as s(service)
     left join credits c on c.shard = w.shard and c.organization_id = w.organization_id and c.spendable
       and c.starts_at <= $2 and (c.expires_at is null or c.expires_at > $2)
       and (c.services is null or s.service = any (c.services))
     where w.organization_id = $1 group by w.currency, s.service, w.top_up`,
    values: [organizationId, tx.now],
  });
  const available = Object.fromEntries(rows.map((row) => [row.service, row.available]));
  return { currency: rows[0]!.currency, available: available as Record<Service, bigint> };
}
