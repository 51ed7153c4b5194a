CREATE TABLE "currency_fixings" (
	"organization_id" uuid PRIMARY KEY NOT NULL,
	"from_currency" text NOT NULL,
	"to_currency" text NOT NULL,
	"rate" numeric NOT NULL,
	"fixed_at" timestamp (3) with time zone NOT NULL,
	"minute" integer NOT NULL,
	CONSTRAINT "currency_fixings_differ" CHECK (from_currency <> to_currency and rate > 0)
);
--> statement-breakpoint
CREATE TABLE "plans" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"shard" smallint NOT NULL,
	"amount" bigint NOT NULL,
	"currency" text NOT NULL,
	"period_unit" text NOT NULL,
	"period_count" integer NOT NULL,
	"renews" boolean NOT NULL,
	"starts_at" timestamp (3) with time zone NOT NULL,
	"next_period" integer DEFAULT 0 NOT NULL,
	"next_starts_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"cancelled_at" timestamp (3) with time zone,
	CONSTRAINT "plans_amount" CHECK (amount > 0),
	CONSTRAINT "plans_currency" CHECK (currency in ('VND', 'USD', 'JPY')),
	CONSTRAINT "plans_period" CHECK (period_unit in ('day', 'month', 'year') and period_count > 0)
);
--> statement-breakpoint
CREATE TABLE "exchange_rates" (
	"effective_from" timestamp (3) with time zone PRIMARY KEY NOT NULL,
	"vnd" bigint NOT NULL,
	"jpy" bigint NOT NULL,
	CONSTRAINT "exchange_rates_positive" CHECK (vnd > 0 and jpy > 0)
);
--> statement-breakpoint
CREATE TABLE "prices" (
	"kind" text NOT NULL,
	"item" text NOT NULL,
	"effective_minute" integer NOT NULL,
	"vnd" bigint NOT NULL,
	"usd" bigint NOT NULL,
	"jpy" bigint NOT NULL,
	CONSTRAINT "prices_kind_item_effective_minute_pk" PRIMARY KEY("kind","item","effective_minute"),
	CONSTRAINT "prices_kind" CHECK (kind in ('gpu', 'storage')),
	CONSTRAINT "prices_not_negative" CHECK (vnd >= 0 and usd >= 0 and jpy >= 0 and effective_minute >= 0)
);
--> statement-breakpoint
ALTER TABLE "credits" DROP CONSTRAINT "credits_amount";--> statement-breakpoint
ALTER TABLE "credits" ADD COLUMN "plan_id" uuid;--> statement-breakpoint
ALTER TABLE "credits" ADD COLUMN "plan_period" integer;--> statement-breakpoint
ALTER TABLE "currency_fixings" ADD CONSTRAINT "currency_fixings_organization_id_wallets_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."wallets"("organization_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plans" ADD CONSTRAINT "plans_organization_id_wallets_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."wallets"("organization_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "plans_due" ON "plans" USING btree ("shard","next_starts_at") WHERE next_starts_at is not null;--> statement-breakpoint
CREATE INDEX "plans_organization" ON "plans" USING btree ("organization_id","id");--> statement-breakpoint
ALTER TABLE "credits" ADD CONSTRAINT "credits_plan_id_plans_id_fk" FOREIGN KEY ("plan_id") REFERENCES "public"."plans"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "credits_plan" ON "credits" USING btree ("plan_id","plan_period");--> statement-breakpoint
ALTER TABLE "credits" ADD CONSTRAINT "credits_amount" CHECK (amount > 0 or (amount = 0 and original_amount > 0));--> statement-breakpoint
-- A new key, UUIDv7 as the application makes them: keys sort by the time they were made.
create function new_id() returns uuid language sql volatile parallel safe
as $$
  select encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) placing
    substring(int8send(floor(extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1),
    'hex')::uuid
$$;
--> statement-breakpoint
-- One of the prices that a product has in the three currencies.
create function price_in(currency text, vnd bigint, usd bigint, jpy bigint) returns bigint
language sql immutable parallel safe
as $$ select case currency when 'VND' then vnd when 'USD' then usd when 'JPY' then jpy end $$;
--> statement-breakpoint
-- WAL-4: money of a former currency in the one that was fixed, rounded down.
create function converted(amount bigint, rate numeric) returns bigint
language sql immutable parallel safe
as $$ select floor(amount * rate)::bigint $$;
--> statement-breakpoint
create trigger append_only before update or delete on currency_fixings
for each row execute function refuse_change();
--> statement-breakpoint
create trigger append_only_truncate before truncate on currency_fixings
for each statement execute function refuse_change();
--> statement-breakpoint
-- WAL-4: the currency becomes another one once, together with its fixing, which says from what and at which rate.
create or replace function wallets_keep_currency() returns trigger language plpgsql as $$
begin
  if old.currency_fixed_at is not null
     and (new.currency <> old.currency or new.currency_fixed_at is distinct from old.currency_fixed_at) then
    raise exception 'the currency of a Wallet is fixed by its first top-up' using errcode = 'AF001';
  end if;
  if new.currency <> old.currency and (new.currency_fixed_at is null or not exists (
       select from currency_fixings f where f.organization_id = new.organization_id
         and f.from_currency = old.currency and f.to_currency = new.currency)) then
    raise exception 'the currency of a Wallet changes only when it is fixed' using errcode = 'AF001';
  end if;
  return new;
end $$;
--> statement-breakpoint
-- What is left of credit moves to the currency that its Wallet has by then, and to no other.
create trigger require_wallet_currency_kept before update of currency on credits
for each row execute function require_wallet_currency();
--> statement-breakpoint
-- A run is in the Wallet's currency, or lies before the fixing of it in the former one: what is numbered anew, or resized
-- late, stays in the currency it was charged in.
create function require_run_currency() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    raise exception 'the currency of a usage run never changes' using errcode = 'AF004';
  end if;
  if not exists (select from wallets w where w.organization_id = new.organization_id and w.currency = new.currency)
     and not exists (
       select from currency_fixings f where f.organization_id = new.organization_id
         and f.from_currency = new.currency and new.ended_at <= minute_start(f.minute)) then
    raise exception '% is not the currency of the Wallet of %', new.currency, new.organization_id using errcode = 'AF004';
  end if;
  return new;
end $$;
--> statement-breakpoint
drop trigger require_wallet_currency on usage_runs;
--> statement-breakpoint
create trigger require_run_currency before insert or update of currency on usage_runs
for each row execute function require_run_currency();
--> statement-breakpoint
-- CAT-2: every run that goes on across the first moment of a minute with a new price ends there, and begins anew at it.
-- Before those minutes are charged, so nothing has to be corrected. A run of a product without a price keeps its own.
create function apply_prices(of_shard integer, since_minute integer, to_minute integer) returns void
language plpgsql as $$
declare
  at_minute integer;
begin
  for at_minute in
    select distinct effective_minute from prices
    where effective_minute >= since_minute and effective_minute < to_minute order by effective_minute
  loop
    with affected as (
      select r.id, r.ended_at, r.end_minute, r.tick_until, r.quantity * p.usd as usd,
        r.quantity * price_in(r.currency, p.vnd, p.usd, p.jpy) as price
      from prices p
      join usage_runs r on r.kind = p.kind and p.item = case r.kind when 'gpu' then r.product else r.region end
      where p.effective_minute = at_minute and r.shard = of_shard and r.tick_until > at_minute
        and r.started_at < minute_start(at_minute) and (r.ended_at is null or r.ended_at > minute_start(at_minute))
        and (r.price_usd_per_hour, r.price_per_hour)
          <> (r.quantity * p.usd, r.quantity * price_in(r.currency, p.vnd, p.usd, p.jpy))
    ), ended as (
      update usage_runs r set ended_at = minute_start(at_minute), end_minute = at_minute, tick_until = at_minute
      from affected a where r.id = a.id
      returning r.*, a.ended_at as until, a.end_minute as until_minute, a.tick_until as charged_until, a.price, a.usd
    )
    insert into usage_runs (id, organization_id, workspace_id, shard, service, kind, resource_id, volume_id, region,
      product, quantity, currency, price_per_hour, price_usd_per_hour, running_since, started_at, ended_at, first_minute,
      end_minute, tick_from, tick_until)
    select new_id(), organization_id, workspace_id, shard, service, kind, resource_id, volume_id, region,
      product, quantity, currency, price, usd, running_since, minute_start(at_minute), until, at_minute,
      until_minute, at_minute, charged_until
    from ended;
  end loop;
end $$;
--> statement-breakpoint
-- The same, with new prices in force for the minutes that it is about to charge.
create or replace function begin_tick(of_shard integer, to_minute integer, now timestamptz)
returns table (from_minute integer, has_late boolean, has_lapsing boolean) language plpgsql as $$
begin
  select cursor_minute into from_minute from shard_cursors
  where shard = of_shard and cursor_minute < to_minute for update skip locked;
  if not found then return; end if;
  perform pg_advisory_xact_lock(7021997, of_shard);
  perform ledger_ready(now);
  perform from wallets where shard = of_shard order by organization_id for update;
  perform apply_prices(of_shard, from_minute, to_minute);
  has_late := exists (select from late_windows where shard = of_shard and consumed_at is null);
  has_lapsing := exists (
    select from credits
    where shard = of_shard and remaining > 0 and lapsed_at is null and until_minute <= to_minute);
  return next;
end $$;
--> statement-breakpoint
-- The same; a shard with a period of a plan to be granted soon is not idle.
create or replace function advance_idle_shards(to_minute integer) returns setof smallint language plpgsql as $$
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
      where k.shard = c.shard and k.remaining > 0 and k.lapsed_at is null and k.until_minute <= to_minute)
    and not exists (
      select from plans p
      where p.shard = c.shard and p.next_starts_at < minute_start(to_minute) + interval '10 minutes');
  return query select shard from shard_cursors where cursor_minute < to_minute order by shard;
end $$;
--> statement-breakpoint
-- Keeps everybody else off the shard, its ticks and the opening and closing of its runs, until the transaction ends;
-- waits where a tick would pass on. In the tick's order: the cursor, then the lock.
create function hold_shard_alone(of_shard integer) returns void language plpgsql as $$
begin
  perform from shard_cursors where shard = of_shard for update;
  perform pg_advisory_xact_lock(7021997, of_shard);
end $$;
