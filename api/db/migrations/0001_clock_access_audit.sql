-- Site time: the database's clock plus the site's offset, in milliseconds. Read once per transaction as tx.now.
create function site_now() returns timestamptz
language sql volatile parallel safe
as $$ select date_trunc('milliseconds', clock_timestamp() + make_interval(secs => offset_ms / 1000.0)) from site_clock $$;
--> statement-breakpoint
insert into site_clock default values;
--> statement-breakpoint
-- ORG-1: the Owner and the shard of an Organization never change.
create function organizations_keep_owner() returns trigger language plpgsql as $$
begin
  if new.owner_id <> old.owner_id then
    raise exception 'the Owner of an Organization cannot be changed' using errcode = 'AF001';
  end if;
  if new.shard <> old.shard then
    raise exception 'the shard of an Organization cannot be changed' using errcode = 'AF001';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger organizations_keep_owner before update on organizations
for each row execute function organizations_keep_owner();
--> statement-breakpoint
-- Whatever decides access moves its Organization's access_version, so that no cache outlives a change.
create function bump_access_version() returns trigger language plpgsql as $$
declare
  organization uuid := case when tg_op = 'DELETE' then old.organization_id else new.organization_id end;
begin
  update organizations set access_version = access_version + 1 where id = organization;
  return null;
end $$;
--> statement-breakpoint
create trigger bump_access_version after insert or update or delete on workspace_services
for each row execute function bump_access_version();
--> statement-breakpoint
create trigger bump_access_version after insert or update or delete on memberships
for each row execute function bump_access_version();
--> statement-breakpoint
create trigger bump_access_version after update of statements, name on policies
for each row execute function bump_access_version();
--> statement-breakpoint
create trigger bump_access_version after insert or update or delete on boundary_attachments
for each row execute function bump_access_version();
--> statement-breakpoint
create trigger bump_access_version after insert or update or delete on identity_attachments
for each row execute function bump_access_version();
--> statement-breakpoint
create trigger bump_access_version after insert or update on workspaces
for each row execute function bump_access_version();
--> statement-breakpoint
-- AUD-2: audit events are only ever added.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only: % is refused', tg_table_name, tg_op using errcode = 'AF002';
end $$;
--> statement-breakpoint
create trigger append_only before update or delete on audit_events
for each row execute function refuse_change();
--> statement-breakpoint
create trigger append_only_truncate before truncate on audit_events
for each statement execute function refuse_change();
--> statement-breakpoint
-- The simulator keeps its state apart, and never joins a caller's transaction.
create schema simulator;
