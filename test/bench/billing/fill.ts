import { SHARDS } from "../../../api/domain/organizations/insert-organization.ts";
import type pg from "pg";

/** What the books are filled with. */
interface Size {
  readonly runs: number;
  readonly organizations: number;
}

/**
 * Fills an empty site, as its owner, up to the minute `cursor`: every Organization has a hundredth of its runs in each of two
 * Workspaces with Quotas, two Services, GPU and storage; three credits, one in three Wallets paying from a plan, one
 * from a scoped and a general voucher, one from a scoped voucher and top-up; and a balance alert. The credit in use lasts
 * up to ten days and expires within thirty, so in every minute some runs out and some lapses.
 */
export async function fill(owner: pg.Client, size: Size, cursor: number): Promise<void> {
  await owner.query("select setseed(0.5)");
  await owner.query(ORGANIZATIONS, [size.organizations, SHARDS, cursor]);
  await owner.query(WORKSPACES, [cursor]);
  await owner.query(WALLETS, [cursor]);
  await owner.query(QUOTAS, [cursor]);
  await owner.query(ALERTS, [cursor]);
  // Checked row by row they would take most of the time; the constraint is judged over all rows when it comes back.
  const { rows } = await owner.query(APART);
  await owner.query("alter table usage_runs drop constraint usage_runs_apart");
  await owner.query("alter table usage_runs disable trigger user");
  await owner.query(RUNS, [size.runs, size.organizations, cursor]);
  await owner.query(`alter table usage_runs add constraint usage_runs_apart ${rows[0].definition}`);
  await owner.query("alter table usage_runs enable trigger user");
  await owner.query("update shard_cursors set cursor_minute = $1", [cursor]);
  await owner.query(CREDITS, [cursor]);
  await owner.query(LINES);
  await owner.query("vacuum analyze");
}

const APART = `select pg_get_constraintdef(oid) as definition from pg_constraint where conname = 'usage_runs_apart'`;

const ORGANIZATIONS = `
  with made as materialized (
    select n, uuidv7() as id, uuidv7() as owner_id from generate_series(0, $1::integer - 1) n
  ), owners as (
    insert into principals (id, kind, issuer, subject, name, created_at)
    select owner_id, 'user', 'bench', owner_id, 'Owner', minute_start($3 - 100000) from made
  )
  insert into organizations (id, name, owner_id, shard, created_at)
  select id, 'organization-' || n, owner_id, n % $2::integer, minute_start($3 - 100000) from made`;

const WORKSPACES = `
  insert into workspaces (id, organization_id, name, created_at)
  select uuidv7(), o.id, w.name, minute_start($1 - 100000) from organizations o, (values ('research'), ('serving')) w (name)`;

const WALLETS = `
  insert into wallets (organization_id, shard, currency, last_entry_at, created_at)
  select id, shard, (array['USD', 'VND', 'JPY'])[1 + split_part(name, '-', 2)::integer % 3], minute_start($1 - 1),
    minute_start($1 - 100000)
  from organizations`;

const QUOTAS = `
  insert into quotas (organization_id, workspace_id, period, limit_usd_micros, updated_at)
  select organization_id, id, case name when 'research' then 'day' else 'month' end, 1e15, minute_start($1 - 100000)
  from workspaces`;

const ALERTS = `
  insert into balance_alerts (id, organization_id, shard, threshold, currency, recipients, armed, created_at)
  select uuidv7(), organization_id, shard, 0, currency, array['owner@example.com'], true, minute_start($1 - 100000)
  from wallets`;

// Neighbours in time are of different Organizations, as on a site that grew.
const RUNS = `
  with known as materialized (
    select split_part(o.name, '-', 2)::integer as n, o.id, o.shard, w.currency,
      array_agg(s.id order by s.name) as workspaces,
      case w.currency when 'USD' then 1 when 'VND' then 25400 else 155 end as per_usd
    from organizations o join wallets w on w.organization_id = o.id join workspaces s on s.organization_id = o.id
    group by o.id, w.currency
  ), numbered as (
    select n, n % $2::integer as organization, n / $2::integer as k, $3 - 1 - (n * 7919) % 40000 as minute
    from generate_series(0::bigint, $1 - 1) n
  )
  insert into usage_runs (id, organization_id, workspace_id, shard, service, kind, resource_id, volume_id, region, product,
    quantity, currency, price_per_hour, price_usd_per_hour, running_since, started_at, first_minute, tick_from)
  select uuidv7(), o.id, o.workspaces[1 + k / 4 % 2], o.shard, case k / 2 % 2 when 0 then 'notebook' else 'container' end,
    case k % 2 when 0 then 'gpu' else 'storage' end, case k % 2 when 0 then uuidv7() end,
    case k % 2 when 1 then uuidv7() end, case o.n % 2 when 0 then 'hanoi' else 'tokyo' end,
    case k % 2 when 0 then case o.n % 2 when 0 then 'h100' else 'h200' end || '-sxm5-' || (1 << (k / 8 % 4)::integer)
      else 'persistent' end,
    case k % 2 when 0 then 1 else 10 + k end, o.currency, usd * per_usd, usd, minute_start(minute::integer),
    minute_start(minute::integer), minute, minute
  from numbered
  join known o on o.n = organization,
  lateral (select case k % 2 when 0 then 2990000 * (1 << (k / 8 % 4)::integer) else 137 * (10 + k) end as usd) price
  order by numbered.n`;

// What a minute of each Service costs, and for how many of them the credit in use lasts.
const CREDITS = `
  with burns as materialized (
    select organization_id, r.shard, currency, sum(price_per_hour) / 60 as burn,
      sum(price_per_hour) filter (where service = 'notebook') / 60 as notebooks,
      60 + (random() * 14340)::integer as lasts, split_part(o.name, '-', 2)::integer % 9 / 3 as mixture
    from usage_runs r join organizations o on o.id = r.organization_id group by organization_id, r.shard, currency, o.name
  ), credits as (
    select b.*, kind, services, amount, place
    from burns b, lateral (values
      (0, 1, 'plan', null, burn * lasts), (0, 2, 'voucher', array['notebook'], burn * 20000), (0, 3, 'voucher', null, burn * 20000),
      (1, 1, 'voucher', array['notebook'], notebooks * lasts), (1, 2, 'voucher', null, burn * 20000), (1, 3, 'voucher', null, burn * 20000),
      (2, 1, 'voucher', array['notebook'], notebooks * lasts), (2, 2, 'voucher', array['inference'], burn * 20000),
      (2, 3, 'voucher', array['notebook'], notebooks * 20000)
    ) as c (of_mixture, place, kind, services, amount)
    where of_mixture = mixture
  )
  insert into credits (id, organization_id, shard, kind, amount, remaining, currency, services, granted_at, starts_at,
    expires_at, from_minute, until_minute)
  select uuidv7(), organization_id, shard, kind, ceil(amount) + 1, ceil(amount) + 1, currency, services,
    minute_start($1 - 90000), minute_start($1 - 90000), minute_start($1 + lifetime), $1 - 90000, $1 + lifetime
  from credits, lateral (select 60 + place * 10000 + (lasts * 7919) % 43200 as lifetime) until`;

const LINES = `
  update wallets w set plans = c.plans, vouchers = c.vouchers, top_up = 1e15
  from (
    select organization_id, coalesce(sum(remaining) filter (where kind = 'plan'), 0) as plans,
      coalesce(sum(remaining) filter (where kind = 'voucher'), 0) as vouchers
    from credits group by organization_id
  ) c where c.organization_id = w.organization_id`;
