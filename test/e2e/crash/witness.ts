import pg from "pg";

/**
 * Installed as the owner beside the product, and read by nothing of it: keeps what the cluster said (which forgets what
 * is gone), what was accepted and when, and what befell each item of work. Runs survive in it that no process saw.
 */
const INSTALL = `
create schema witness;

create table witness.workloads (
  id uuid, generation integer, intervals jsonb not null, primary key (id, generation)
);
create function witness.see_workload() returns trigger language plpgsql security definer as $$
begin
  insert into witness.workloads values (new.id::uuid, new.generation, new.state -> 'intervals')
  on conflict (id, generation) do update set intervals = excluded.intervals;
  return null;
end $$;
create trigger witness_workload after insert or update on simulator.objects
for each row when (new.kind = 'workload') execute function witness.see_workload();

create table witness.sizes (id uuid, since bigint, size_gib integer not null, primary key (id, since));
create function witness.see_volume() returns trigger language plpgsql security definer as $$
begin
  insert into witness.sizes values (new.id::uuid, (new.state ->> 'sizeSince')::bigint, (new.state ->> 'sizeGib')::integer)
  on conflict do nothing;
  return null;
end $$;
create trigger witness_volume after insert or update on simulator.objects
for each row when (new.kind = 'volume' and new.state ->> 'sizeSince' is not null) execute function witness.see_volume();

create table witness.accepted (
  number bigint generated always as identity,
  kind text not null, id uuid not null, generation integer, state text not null, at timestamptz not null,
  flavor text, region text not null
);
create function witness.see_resource() returns trigger language plpgsql security definer as $$
begin
  if tg_op = 'UPDATE' and (old.generation, old.desired_state) = (new.generation, new.desired_state) then return null; end if;
  insert into witness.accepted (kind, id, generation, state, at, flavor, region)
  values (new.kind, new.id, new.generation, new.desired_state, new.desired_at, new.flavor, new.region);
  return null;
end $$;
create trigger witness_resource after insert or update on resources for each row execute function witness.see_resource();
create function witness.see_volume_row() returns trigger language plpgsql security definer as $$
begin
  if tg_op = 'UPDATE' and old.desired_state = new.desired_state then return null; end if;
  insert into witness.accepted (kind, id, state, at, region)
  values (new.kind, new.id, new.desired_state, new.desired_at, new.region);
  return null;
end $$;
create trigger witness_volume_row after insert or update on volumes for each row execute function witness.see_volume_row();

create table witness.work (
  number bigint generated always as identity,
  kind text not null, key text not null, event text not null, due boolean not null,
  at timestamptz not null default clock_timestamp()
);
create function witness.see_work() returns trigger language plpgsql security definer as $$
declare
  event text := case
    when tg_op = 'INSERT' then 'asked'
    when tg_op = 'DELETE' then 'done'
    when new.lease_owner is not null and new.lease_owner is distinct from old.lease_owner then 'claimed'
    when new.lease_owner is null and old.lease_owner is not null then 'released'
    else 'asked' end;
  item record;
begin
  if tg_op = 'UPDATE' and event = 'asked' and new.revision = old.revision then return null; end if;
  item := case tg_op when 'DELETE' then old else new end;
  insert into witness.work (kind, key, event, due) values (item.kind, item.key, event, item.due_at <= site_now());
  return null;
end $$;
create trigger witness_work after insert or update or delete on work_items for each row execute function witness.see_work();

create table witness.clock (number bigint generated always as identity, before bigint not null, after bigint not null);
create function witness.see_clock() returns trigger language plpgsql security definer as $$
begin
  insert into witness.clock (before, after) values (old.offset_ms, new.offset_ms);
  return null;
end $$;
create trigger witness_clock after update on site_clock for each row execute function witness.see_clock();
`;

/** Statements as the owner, one connection each: the server under test is killed and comes back between them. */
export async function queryAsOwner<T extends pg.QueryResultRow>(
  adminUrl: string,
  sql: string,
): Promise<T[]> {
  const client = new pg.Client({ connectionString: adminUrl });
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Begins to watch a site on which nothing has happened yet. */
export async function installWitness(adminUrl: string): Promise<void> {
  await queryAsOwner(adminUrl, INSTALL);
}
