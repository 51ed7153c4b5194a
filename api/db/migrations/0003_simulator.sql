-- What the simulated clusters hold. The engine's types are the schema of `state`; only what is searched for has a column.
create table simulator.clusters (
  id text primary key
);
--> statement-breakpoint
create table simulator.objects (
  cluster_id text not null references simulator.clusters (id),
  kind text not null check (kind in ('node', 'workload', 'volume', 'failure')),
  id text not null,
  generation integer not null default 0,
  -- Site time of the object's next transition.
  next_at timestamptz(3),
  state jsonb not null,
  primary key (cluster_id, kind, id, generation)
);
--> statement-breakpoint
create index objects_next_at on simulator.objects (cluster_id, next_at) where next_at is not null;
--> statement-breakpoint
-- The latest change of each object. Numbers are drawn under the cluster's lock, so they commit in order within a cluster.
create sequence simulator.change_numbers;
--> statement-breakpoint
create table simulator.changes (
  cluster_id text not null references simulator.clusters (id),
  object text not null,
  id text not null,
  workspace_id uuid not null,
  number bigint not null,
  changed_at timestamptz(3) not null default clock_timestamp(),
  primary key (cluster_id, object, id)
);
--> statement-breakpoint
create index changes_number on simulator.changes (cluster_id, number);
