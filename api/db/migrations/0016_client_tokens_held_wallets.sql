DROP INDEX "resources_client_token";--> statement-breakpoint
DROP INDEX "volumes_client_token";--> statement-breakpoint
CREATE UNIQUE INDEX "resources_client_token" ON "resources" USING btree ("workspace_id","kind","client_token") WHERE deleted_at is null and client_token is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "volumes_client_token" ON "volumes" USING btree ("workspace_id","client_token") WHERE deleted_at is null and kind = 'volume' and client_token is not null;
--> statement-breakpoint
-- As `hold_shard`, with the currency of one of the shard's Wallets: it cannot become another one meanwhile (WAL-4).
create function hold_wallet(of_shard integer, of_organization uuid)
returns table (cursor_minute integer, currency text) language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared(7021997, of_shard);
  return query select c.cursor_minute, w.currency from shard_cursors c, wallets w
    where c.shard = of_shard and w.organization_id = of_organization;
end $$;
--> statement-breakpoint
-- Called at the beginning of every transaction: a body of its own is planned once a connection, not wherever it stands.
create or replace function site_now() returns timestamptz
language plpgsql volatile parallel safe as $$
begin
  return (
    select date_trunc('milliseconds', clock_timestamp() + make_interval(secs => offset_ms / 1000.0)) from site_clock);
end $$;
