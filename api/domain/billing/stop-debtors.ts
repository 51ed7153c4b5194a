import type { Tx } from "#db/tenant.ts";
import { enqueue } from "#domain/work/enqueue.ts";

/**
 * Puts the stop of everything that runs, starts or is being created on the work list, for each Organization of the shard
 * and each Service that can spend nothing any more (BIL-5). Stopped resources ask for nothing, so it ends by itself.
 */
export async function stopDebtors(tx: Tx, shard: number): Promise<void> {
  const { rows } = await tx.client.query<{ organization_id: string; service: string }>(
    `select w.organization_id, s.service
     from wallets w
     cross join unnest(array['notebook', 'container']) as s(service)
     left join credits c on c.shard = w.shard and c.organization_id = w.organization_id
       and c.remaining > 0 and c.lapsed_at is null
       and c.starts_at <= $2 and (c.expires_at is null or c.expires_at > $2)
       and (c.services is null or s.service = any (c.services))
     where w.shard = $1
     group by w.organization_id, s.service
     having w.top_up + coalesce(sum(c.remaining), 0) <= 0
       and exists (
         select from resources r
         where r.organization_id = w.organization_id and r.kind = s.service
           and r.desired_state = 'running' and r.deleted_at is null)
     order by w.organization_id, s.service`,
    [shard, tx.now],
  );
  for (const { organization_id: organizationId, service } of rows) {
    await enqueue(tx, { kind: "stopForDebt", key: `${organizationId}:${service}`, organizationId });
  }
}
