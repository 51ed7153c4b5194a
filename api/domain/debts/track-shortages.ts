import type { Tx } from "#db/tenant.ts";

/** Whose balances: of a shard, or of one Organization in it. The caller holds the Wallets' locks. */
export interface Scope {
  shard: number;
  organizationId: string | null;
}

// $1 shard, $2 now, $3 Organization, $4 whether stops are put on the work list. `changed` are shortages that are new, or that went below zero or back to it: a debt's
// timer begins with them, or anew. Only of who can pay nothing it is looked up what there is.
const TRACK = `
  with poor as materialized (
    select w.organization_id, s.service, w.top_up + coalesce(sum(c.remaining), 0) < 0 as negative
    from wallets w
    cross join unnest(array['notebook', 'container']) as s(service)
    left join credits c on c.shard = w.shard and c.organization_id = w.organization_id
      and c.spendable
      and c.starts_at <= $2 and (c.expires_at is null or c.expires_at > $2)
      and (c.services is null or s.service = any (c.services))
    where w.shard = $1 and ($3::uuid is null or w.organization_id = $3)
    group by w.organization_id, s.service
    having w.top_up + coalesce(sum(c.remaining), 0) <= 0
  ), living as materialized (
    select p.*,
      (select true from resources r
       where r.organization_id = p.organization_id and r.kind = p.service
         and r.desired_state = 'running' and r.deleted_at is null limit 1) as running,
      (select true from resources r
       where r.organization_id = p.organization_id and r.kind = p.service
         and r.desired_state <> 'deleted' and r.deleted_at is null limit 1) as has_resource,
      (select true from volumes v
       where v.organization_id = p.organization_id and (v.kind = 'home') = (p.service = 'notebook')
         and v.desired_state <> 'deleted' and v.deleted_at is null limit 1) as has_volume
    from poor p
  ), short as materialized (
    select * from living where has_resource or has_volume
  ), ended as (
    delete from shortages x
    where x.shard = $1 and ($3::uuid is null or x.organization_id = $3) and not exists (
      select from short s where s.organization_id = x.organization_id and s.service = x.service)
  ), changed as (
    insert into shortages as x (organization_id, service, shard, since, negative_since)
    select organization_id, service, $1, $2, case when negative then $2::timestamptz end from short
    on conflict (organization_id, service) do update
      set negative_since = excluded.negative_since, warnings = 0, last_warned_at = null
      where (x.negative_since is null) <> (excluded.negative_since is null)
    returning x.organization_id, x.service, x.negative_since
  ), work as (
    select 'debtTimer' as kind, organization_id, service from changed where negative_since is not null
    union all
    select 'stopForDebt', organization_id, service from short where running and $4
  )
  insert into work_items (kind, key, organization_id, due_at, run_after)
  select kind, organization_id || ':' || service, organization_id, $2, clock_timestamp()
  from work order by organization_id, service, kind
  on conflict (kind, key) do update set
    due_at = least(work_items.due_at, excluded.due_at), run_after = excluded.run_after,
    revision = work_items.revision + 1, attempts = 0, parked_at = null, last_error = null`;

/**
 * Writes down which Services can pay nothing any more and since when, and puts on the work list what follows: the stop of
 * everything that runs, starts or is being created (BIL-5), and below zero the debt's timer (BIL-6), which ends in the same
 * statement when zero is reached. A Service that has nothing to stop or delete is left alone. Whoever stops or deletes by
 * what this finds asks for no `stops`: they would do their own work again.
 */
export async function trackShortages(
  tx: Tx,
  { shard, organizationId }: Scope,
  { stops }: { stops: boolean },
): Promise<void> {
  const values = [shard, tx.now, organizationId, stops];
  await tx.client.query({ name: "track shortages", text: TRACK, values });
}
