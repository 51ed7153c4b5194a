DROP INDEX "credits_spendable";--> statement-breakpoint
DROP INDEX "credits_lapsing";--> statement-breakpoint
ALTER TABLE "credits" ADD COLUMN "spendable" boolean GENERATED ALWAYS AS (coalesce(remaining > 0, false) and lapsed_at is null) STORED NOT NULL;--> statement-breakpoint
CREATE INDEX "credits_spendable" ON "credits" USING btree ("shard","organization_id") WHERE spendable;--> statement-breakpoint
CREATE INDEX "credits_lapsing" ON "credits" USING btree ("shard","until_minute") WHERE spendable;--> statement-breakpoint
-- A tick rewrites these rows once a minute: with room on the page they stay on it, and no index is written to.
alter table wallets set (fillfactor = 50);
--> statement-breakpoint
alter table credits set (fillfactor = 50);
--> statement-breakpoint
alter table quota_counters set (fillfactor = 50);
--> statement-breakpoint
-- As before, with `spendable`.
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
  has_lapsing := exists (select from credits where shard = of_shard and spendable and until_minute <= to_minute);
  return next;
end $$;
--> statement-breakpoint
-- As before, with `spendable`.
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
    and not exists (select from credits k where k.shard = c.shard and k.spendable and k.until_minute <= to_minute)
    and not exists (
      select from plans p
      where p.shard = c.shard and p.next_starts_at < minute_start(to_minute) + interval '10 minutes');
  return query select shard from shard_cursors where cursor_minute < to_minute order by shard;
end $$;
