import type pg from "pg";
import { inTransaction } from "#db/transaction.ts";
import type { ObjectChange } from "#ports/cluster.ts";
import type { Delays } from "./config.ts";
import {
  ClusterState,
  type SimulatedFailure,
  type SimulatedNode,
  type SimulatedVolume,
  type SimulatedWorkload,
} from "./state.ts";

/** Runs `work` on the whole state of a cluster under its lock, at one moment of site time, and writes back what it touched. */
export function transact<T>(
  pool: pg.Pool,
  clusterId: string,
  delays: Delays,
  work: (state: ClusterState, now: number) => T,
): Promise<T> {
  return inTransaction(pool, "begin", async (client) => {
    await client.query("select from simulator.clusters where id = $1 for update", [clusterId]);
    const { state, now } = await load(client, clusterId, delays);
    const result = work(state, now);
    await save(client, clusterId, state);
    return result;
  });
}

export interface Glance {
  /** Something is due, or a failure on demand may strike the call itself: only `transact` will do. */
  busy: boolean;
  cursor: string;
}

/** Whether there is anything to do, in one statement. */
export async function glance(pool: pg.Pool, clusterId: string): Promise<Glance> {
  const { rows } = await pool.query<Glance>({
    name: "simulator-glance",
    text: `select
      exists (select from simulator.objects where cluster_id = $1 and next_at <= (select site_now())) as busy,
      coalesce((select max(number) from simulator.changes where cluster_id = $1), 0)::text as cursor`,
    values: [clusterId],
  });
  return rows[0]!;
}

/** The states of one kind of object by id, site time, and whether something is due that might change them. */
export async function peek<T>(
  pool: pg.Pool,
  clusterId: string,
  kind: "workload" | "volume",
  id: string,
): Promise<{ states: T[]; now: number; busy: boolean }> {
  const { rows } = await pool.query<{ states: T[] | null; now: Date; busy: boolean }>({
    name: "simulator-peek",
    text: `select
      (select json_agg(state order by generation) from simulator.objects where cluster_id = $1 and kind = $2 and id = $3) as states,
      site_now() as now,
      exists (select from simulator.objects where cluster_id = $1 and
        (next_at <= (select site_now()) or kind = 'failure' and state ->> 'failure' = 'apiErrors')) as busy`,
    values: [clusterId, kind, id],
  });
  const { states, now, busy } = rows[0]!;
  return { states: states ?? [], now: now.getTime(), busy };
}

/** What changed after the cursor. */
export async function changesSince(
  pool: pg.Pool,
  clusterId: string,
  cursor: string,
): Promise<{ changes: ObjectChange[]; cursor: string }> {
  const { rows } = await pool.query<ObjectChange & { number: string }>({
    name: "simulator-changes",
    text: `select object, id, workspace_id as "workspaceId", number::text from simulator.changes
      where cluster_id = $1 and number > $2 order by number`,
    values: [clusterId, cursor],
  });
  return {
    changes: rows.map(({ object, id, workspaceId }) => ({ object, id, workspaceId })),
    cursor: rows.at(-1)?.number ?? cursor,
  };
}

async function load(
  client: pg.PoolClient,
  clusterId: string,
  delays: Delays,
): Promise<{ state: ClusterState; now: number }> {
  const { rows } = await client.query<{
    now: Date;
    objects: { kind: string; state: unknown }[] | null;
  }>({
    name: "simulator-load",
    text: `select site_now() as now, (select json_agg(json_build_object('kind', kind, 'state', state) order by kind, id, generation)
      from simulator.objects where cluster_id = $1) as objects`,
    values: [clusterId],
  });
  const state = new ClusterState(delays);
  for (const object of rows[0]!.objects ?? []) {
    if (object.kind === "node") state.nodes.push(object.state as SimulatedNode);
    else if (object.kind === "workload") state.workloads.push(object.state as SimulatedWorkload);
    else if (object.kind === "volume") state.volumes.push(object.state as SimulatedVolume);
    else state.failures.push(object.state as SimulatedFailure);
  }
  return { state, now: rows[0]!.now.getTime() };
}

async function save(client: pg.PoolClient, clusterId: string, state: ClusterState): Promise<void> {
  const removed = [...state.removed];
  const touched = [...state.touched].filter((it) => !state.removed.has(it));
  if (touched.length > 0) {
    await client.query({
      name: "simulator-save",
      text: `insert into simulator.objects (cluster_id, kind, id, generation, next_at, state)
        select $1, kind, id, generation, to_timestamp("nextAt" / 1000.0), state
        from json_to_recordset($2) as t (kind text, id text, generation integer, "nextAt" bigint, state jsonb)
        on conflict (cluster_id, kind, id, generation) do update set next_at = excluded.next_at, state = excluded.state`,
      values: [
        clusterId,
        JSON.stringify(
          touched.map((it) => ({
            ...keyOf(it),
            nextAt: "nextAt" in it ? it.nextAt : null,
            state: it,
          })),
        ),
      ],
    });
  }
  if (removed.length > 0) {
    await client.query({
      name: "simulator-remove",
      text: `delete from simulator.objects o using json_to_recordset($2) as t (kind text, id text, generation integer)
        where o.cluster_id = $1 and o.kind = t.kind and o.id = t.id and o.generation = t.generation`,
      values: [clusterId, JSON.stringify(removed.map(keyOf))],
    });
  }
  await note(client, clusterId, [...touched, ...removed].flatMap(changeOf));
}

async function note(
  client: pg.PoolClient,
  clusterId: string,
  changes: ObjectChange[],
): Promise<void> {
  const once = new Map(changes.map((it) => [it.id, it]));
  if (once.size === 0) return;
  await client.query({
    name: "simulator-note",
    text: `insert into simulator.changes (cluster_id, object, id, workspace_id, number)
      select $1, object, id, "workspaceId", nextval('simulator.change_numbers')
      from json_to_recordset($2) as t (object text, id text, "workspaceId" uuid)
      on conflict (cluster_id, object, id) do update set number = excluded.number, changed_at = clock_timestamp()`,
    values: [clusterId, JSON.stringify([...once.values()])],
  });
}

type Stored = SimulatedNode | SimulatedWorkload | SimulatedVolume | SimulatedFailure;

function keyOf(object: Stored): { kind: string; id: string; generation: number } {
  if ("resourceId" in object)
    return { kind: "workload", id: object.resourceId, generation: object.generation };
  if ("volumeId" in object) return { kind: "volume", id: object.volumeId, generation: 0 };
  if ("failure" in object) return { kind: "failure", id: object.id, generation: 0 };
  return { kind: "node", id: object.name, generation: 0 };
}

function changeOf(object: Stored): ObjectChange[] {
  if ("resourceId" in object)
    return [{ object: "workload", id: object.resourceId, workspaceId: object.workspaceId }];
  if ("volumeId" in object)
    return [{ object: "volume", id: object.volumeId, workspaceId: object.workspaceId }];
  return [];
}
