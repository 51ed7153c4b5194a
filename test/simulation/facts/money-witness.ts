/**
 * Beside the witness of the crash test: judges the Wallets at each commit that moves them, keeps every balance that was
 * ever committed, and says of each tick whether it left somebody without a stop. What it finds wrong commits with it.
 */
export const INSTALL_MONEY_WITNESS = `
create table witness.violations (
  number bigint generated always as identity, rule text not null, detail jsonb not null, at timestamptz not null
);
create table witness.balances (
  number bigint generated always as identity,
  organization_id uuid not null, service text not null, available bigint not null, at timestamptz not null
);
-- Credit that expired after the moment counts still.
create function witness.available(organization uuid, wanted text, moment timestamptz) returns bigint language sql as $$
  select (w.plans + w.top_up
    + coalesce((select sum(remaining) from credits c where c.organization_id = organization and c.kind = 'voucher'
        and c.lapsed_at is null and (c.services is null or wanted = any (c.services))
        and c.expires_at > moment), 0)
    -- A plan's line holds what has not begun yet, or has ended since the last tick.
    - coalesce((select sum(remaining) from credits c where c.organization_id = organization and c.kind = 'plan'
        and c.lapsed_at is null and (c.starts_at > site_now() or c.expires_at <= moment)), 0))::bigint
  from wallets w where w.organization_id = organization
$$;
create function witness.see_wallet() returns trigger language plpgsql security definer as $$
declare
  lines record;
  posted record;
begin
  select currency, plans, vouchers, top_up into lines from wallets where organization_id = new.organization_id;
  select lines.currency, coalesce(sum(amount) filter (where account = 'plans'), 0)::bigint as plans,
    coalesce(sum(amount) filter (where account = 'vouchers'), 0)::bigint as vouchers,
    coalesce(sum(amount) filter (where account = 'topUp'), 0)::bigint as top_up
  into posted from ledger_postings where organization_id = new.organization_id and currency = lines.currency;
  if lines is distinct from posted or lines.plans < 0 or lines.vouchers < 0 then
    insert into witness.violations (rule, detail, at)
    values ('WAL-6 lines', jsonb_build_object('lines', to_jsonb(lines), 'posted', to_jsonb(posted)), site_now());
  end if;
  insert into witness.balances (organization_id, service, available, at)
  select new.organization_id, s, witness.available(new.organization_id, s, site_now()), site_now()
  from unnest(array['notebook', 'container']) s;
  return null;
end $$;
create constraint trigger witness_wallet after insert or update on wallets deferrable initially deferred
for each row execute function witness.see_wallet();

-- What is reported after the currency was fixed costs what it does in the new one.
create table witness.known_at_fixing (subject_id uuid not null, kind text not null, since timestamptz not null);
create function witness.see_fixing() returns trigger language plpgsql security definer as $$
begin
  insert into witness.known_at_fixing
  select distinct subject_id, kind, running_since from usage_runs where organization_id = new.organization_id;
  return null;
end $$;
create trigger witness_fixing after insert on currency_fixings for each row execute function witness.see_fixing();

-- Whoever of a shard has something running, and could pay nothing at the last closed minute.
create function witness.debtors(of_shard integer) returns table (organization_id uuid, service text) language sql as $$
  select w.organization_id, s from wallets w join shard_cursors k using (shard)
  cross join unnest(array['notebook', 'container']) s
  where w.shard = of_shard and witness.available(w.organization_id, s, minute_start(k.cursor_minute)) <= 0
    and exists (select from resources r where r.organization_id = w.organization_id and r.kind = s
      and r.desired_state = 'running' and r.deleted_at is null)
$$;
create function witness.see_tick() returns trigger language plpgsql security definer as $$
begin
  insert into witness.violations (rule, detail, at)
  select 'BIL-5 no stop', to_jsonb(d) || jsonb_build_object('tick', new.cursor_minute), site_now()
  from witness.debtors(new.shard) d
  where not exists (select from work_items i where i.kind = 'stopForDebt'
    and i.key = d.organization_id || ':' || d.service and i.parked_at is null);
  return null;
end $$;
create constraint trigger witness_tick after update on shard_cursors deferrable initially deferred
for each row when (new.cursor_minute > old.cursor_minute) execute function witness.see_tick();
`;
