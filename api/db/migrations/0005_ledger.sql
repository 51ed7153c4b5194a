-- Compares ids inside the exclusion constraint of usage runs; part of PostgreSQL, and trusted: the owner may create it.
create extension if not exists btree_gist;
--> statement-breakpoint
-- F of BIL-2: what the first n minutes of a run cost, floor(price · n / 60), split so that no product overflows.
create function run_cost(price bigint, minutes integer) returns bigint
language sql immutable parallel safe
as $$ select price * (minutes / 60) + price * (minutes % 60) / 60 $$;
--> statement-breakpoint
-- The UTC day of a minute.
create function minute_day(minute integer) returns date
language sql immutable parallel safe
as $$ select date '1970-01-01' + minute / 1440 $$;
--> statement-breakpoint
-- The moment at which a minute begins.
create function minute_start(minute integer) returns timestamptz
language sql immutable parallel safe
as $$ select timestamptz '1970-01-01 00:00:00+00' + make_interval(secs => minute::bigint * 60) $$;
--> statement-breakpoint
alter table usage_runs add constraint usage_runs_apart
  exclude using gist (subject_id with =, kind with =, tstzrange(started_at, ended_at) with &&);
--> statement-breakpoint
-- The tick reads a shard from this index alone, in the order of its groups.
create index usage_runs_tick on usage_runs (shard, tick_until, organization_id, workspace_id)
  include (service, kind, price_per_hour, price_usd_per_hour, first_minute, tick_from);
--> statement-breakpoint
insert into shard_cursors (shard, cursor_minute)
select shard, floor(extract(epoch from site_now()) / 60)::integer from generate_series(0, 63) shard;
--> statement-breakpoint
-- WAL-4: the currency is fixed by the first settled top-up, forever.
create function wallets_keep_currency() returns trigger language plpgsql as $$
begin
  if old.currency_fixed_at is not null
     and (new.currency <> old.currency or new.currency_fixed_at is distinct from old.currency_fixed_at) then
    raise exception 'the currency of a Wallet is fixed by its first top-up' using errcode = 'AF001';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger wallets_keep_currency before update of currency, currency_fixed_at on wallets
for each row execute function wallets_keep_currency();
--> statement-breakpoint
-- Lines, credit and runs of an Organization are in one currency, or the sums would mean nothing.
create function require_wallet_currency() returns trigger language plpgsql as $$
begin
  if not exists (select from wallets w where w.organization_id = new.organization_id and w.currency = new.currency) then
    raise exception '% is not the currency of the Wallet of %', new.currency, new.organization_id using errcode = 'AF004';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger require_wallet_currency before insert on usage_runs
for each row execute function require_wallet_currency();
--> statement-breakpoint
create trigger require_wallet_currency before insert on credits
for each row execute function require_wallet_currency();
--> statement-breakpoint
-- WAL-6. Entries of a Wallet are numbered by seq without gaps, and their moments never go back.
create table ledger_entries (
  organization_id uuid not null,
  at timestamptz(3) not null,
  seq bigint not null,
  id uuid not null default gen_random_uuid(),
  kind text not null check (kind in ('charge', 'correction', 'grant', 'expiry', 'conversion')),
  -- The charged minutes; for an expiry, the first minute that the credit could not pay.
  from_minute integer,
  to_minute integer,
  -- A grant's or expiry's credit, a correction's usage run.
  reference uuid,
  currency text not null,
  plans_after bigint not null,
  vouchers_after bigint not null,
  top_up_after bigint not null,
  primary key (organization_id, at, seq)
) partition by range (at);
--> statement-breakpoint
-- Accounts plans, vouchers and topUp are the Wallet's lines. The other side: charges (credit_id names the source, null is
-- top-up), grants, expired, conversion.
create table ledger_postings (
  organization_id uuid not null,
  at timestamptz(3) not null,
  seq bigint not null,
  account text not null check (account in ('plans', 'vouchers', 'topUp', 'charges', 'grants', 'expired', 'conversion')),
  currency text not null,
  workspace_id uuid,
  service text,
  kind text check (kind in ('gpu', 'storage')),
  credit_id uuid,
  amount bigint not null check (amount <> 0),
  check ((account = 'charges') = (workspace_id is not null and service is not null and kind is not null))
) partition by range (at);
--> statement-breakpoint
create index ledger_postings_entry on ledger_postings (organization_id, at, seq);
--> statement-breakpoint
-- A run's share of a charge follows from the run and the postings. Only where that cannot tell – a minute in which a
-- Service changed its source, and corrections – is it written down.
create table run_shares (
  organization_id uuid not null,
  at timestamptz(3) not null,
  seq bigint not null,
  run_id uuid not null references usage_runs (id),
  from_minute integer not null,
  to_minute integer not null check (to_minute > from_minute),
  credit_id uuid,
  amount bigint not null
);
--> statement-breakpoint
create index run_shares_run on run_shares (run_id, from_minute);
--> statement-breakpoint
create index run_shares_organization on run_shares (organization_id, at, seq);
--> statement-breakpoint
-- Judged once per statement over all rows it added: a deferred trigger fires once per row, and a tick adds thousands.
-- It asks more than a deferred one would: the postings of an entry come in one statement.
create function refuse_unbalanced() returns trigger language plpgsql as $$
declare
  unbalanced record;
begin
  select organization_id, seq, sum(amount) as rest into unbalanced
  from added group by organization_id, at, seq, currency having sum(amount) <> 0 limit 1;
  if found then
    raise exception 'entry % of % is not balanced: its postings sum to %',
      unbalanced.seq, unbalanced.organization_id, unbalanced.rest using errcode = 'AF003';
  end if;
  return null;
end $$;
--> statement-breakpoint
create trigger balanced after insert on ledger_postings
referencing new table as added for each statement execute function refuse_unbalanced();
--> statement-breakpoint
create trigger append_only before update or delete on ledger_entries
for each row execute function refuse_change();
--> statement-breakpoint
create trigger append_only before update or delete on ledger_postings
for each row execute function refuse_change();
--> statement-breakpoint
create trigger append_only before update or delete on run_shares
for each row execute function refuse_change();
--> statement-breakpoint
create trigger append_only_truncate before truncate on ledger_entries
for each statement execute function refuse_change();
--> statement-breakpoint
create trigger append_only_truncate before truncate on ledger_postings
for each statement execute function refuse_change();
--> statement-breakpoint
create trigger append_only_truncate before truncate on run_shares
for each statement execute function refuse_change();
--> statement-breakpoint
-- The partitions live where the application has no rights: it reaches them through their parents only, whose triggers
-- then always fire.
create schema ledger;
--> statement-breakpoint
-- Makes sure that the months from this moment to the next but one have their partitions. Attaching, unlike creating in
-- place, does not hold up those who write.
create function ledger_ready(moment timestamptz) returns void
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  first date := date_trunc('month', moment at time zone 'UTC')::date;
  month date;
  parent text;
  part text;
begin
  if to_regclass('ledger.entries_' || to_char(first, 'YYYYMM')) is not null
     and to_regclass('ledger.entries_' || to_char(first + interval '1 month', 'YYYYMM')) is not null then
    return;
  end if;
  perform pg_advisory_xact_lock(7021996);
  for i in 0..2 loop
    month := (first + make_interval(months => i))::date;
    foreach parent in array array['entries', 'postings'] loop
      part := parent || '_' || to_char(month, 'YYYYMM');
      continue when to_regclass('ledger.' || part) is not null;
      execute format('create table ledger.%I (like ledger_%s including all)', part, parent);
      execute format('create trigger append_only_truncate before truncate on ledger.%I '
        || 'for each statement execute function refuse_change()', part);
      execute format('alter table ledger_%s attach partition ledger.%I for values from (%L) to (%L)', parent, part,
        month::timestamp at time zone 'UTC', (month + interval '1 month')::timestamp at time zone 'UTC');
    end loop;
  end loop;
end $$;
--> statement-breakpoint
select ledger_ready(site_now());
--> statement-breakpoint
-- Holds the shard's ticks off until the transaction ends, and says which minute they have reached. Opening and closing
-- runs share the lock; each statement of a function sees what was committed before it, so the cursor is never stale.
create function hold_shard(of_shard integer) returns integer language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared(7021997, of_shard);
  return (select cursor_minute from shard_cursors where shard = of_shard);
end $$;
--> statement-breakpoint
-- Begins the tick of a shard: its cursor, or nothing when it has been charged up to the minute or another replica is at
-- it. Wallets are locked in the order of their ids; what was granted before is visible to the statements that follow.
create function begin_tick(of_shard integer, to_minute integer, now timestamptz)
returns table (from_minute integer, has_late boolean, has_lapsing boolean) language plpgsql as $$
begin
  select cursor_minute into from_minute from shard_cursors
  where shard = of_shard and cursor_minute < to_minute for update skip locked;
  if not found then return; end if;
  perform pg_advisory_xact_lock(7021997, of_shard);
  perform ledger_ready(now);
  perform from wallets where shard = of_shard order by organization_id for update;
  has_late := exists (select from late_windows where shard = of_shard and consumed_at is null);
  has_lapsing := exists (
    select from credits
    where shard = of_shard and remaining > 0 and lapsed_at is null and until_minute <= to_minute);
  return next;
end $$;
--> statement-breakpoint
-- Moves the cursors of all shards that have nothing to charge, and returns the others that are behind the minute. The
-- locks come first and the judgement in a statement of its own, or a run committed in between would go uncharged.
create function advance_idle_shards(to_minute integer) returns setof smallint language plpgsql as $$
declare
  held integer[];
begin
  select coalesce(array_agg(shard), '{}') into held
  from (select shard from shard_cursors where cursor_minute < to_minute order by shard for update skip locked) behind
  where pg_try_advisory_xact_lock(7021997, shard);
  update shard_cursors c set cursor_minute = to_minute
  where shard = any (held)
    and not exists (
      select from usage_runs r
      where r.shard = c.shard and r.tick_until > c.cursor_minute and r.tick_from < to_minute)
    and not exists (select from late_windows w where w.shard = c.shard and w.consumed_at is null)
    and not exists (
      select from credits k
      where k.shard = c.shard and k.remaining > 0 and k.lapsed_at is null and k.until_minute <= to_minute);
  return query select shard from shard_cursors where cursor_minute < to_minute order by shard;
end $$;
