import type { Database } from "#db/database.ts";
import type { WorkItem } from "./types.ts";

export interface ClaimRequest {
  /** The replica: it claims items of no cluster, and of the clusters whose lease it holds. */
  replica: string;
  /** Names this claim; never used twice. */
  claim: string;
  limit: number;
  leaseMs: number;
}

// Due in site time, free and not backing off in machine time, oldest first.
const CLAIM = `
  with due as (
    select kind, key from work_items
    where parked_at is null and due_at <= (select site_now()) and run_after <= clock_timestamp()
      and (leased_until is null or leased_until < clock_timestamp())
      and (cluster_id is null or cluster_id in (
        select id from clusters where owner = $1 and leased_until > clock_timestamp()))
    order by due_at limit $3 for update skip locked
  )
  update work_items w
  set lease_owner = $2, leased_until = clock_timestamp() + make_interval(secs => $4::int / 1000.0),
    attempts = attempts + 1
  from due where w.kind = due.kind and w.key = due.key
  returning w.kind, w.key, w.cluster_id as "clusterId", w.organization_id as "organizationId", w.attempts,
    w.revision::float8 as revision, w.lease_owner as claim,
    (select fence::float8 from clusters c where c.id = w.cluster_id) as fence`;

/** Claims what is due, in order, for a limited time. */
export async function claimWork(database: Database, request: ClaimRequest): Promise<WorkItem[]> {
  const { replica, claim, limit, leaseMs } = request;
  const { rows } = await database.pool.query<WorkItem>({
    name: "claim work",
    text: CLAIM,
    values: [replica, claim, limit, leaseMs],
  });
  return rows;
}
