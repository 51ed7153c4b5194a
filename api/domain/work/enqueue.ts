import type { Tx } from "#db/tenant.ts";

/** The kinds of asynchronous work; each has one handler in `worker/handlers`. */
export type WorkKind =
  /** key: resource id. Compares desired with observed and acts on the cluster. */
  | "reconcileResource"
  /** key: volume id. */
  | "reconcileVolume"
  /** key: `<organization id>:<service>`. Stops what runs when credit is used up (BIL-5). */
  | "stopForDebt"
  /** key: the same. Warns of a debt, and deletes when it lasts (BIL-6). */
  | "debtTimer"
  /** key: notice id. Hands it to its channels (AUD-3). */
  | "deliverNotice"
  /** key: workspace id, and for what a cluster keeps of it `/<cluster id>` behind it. Removes the Workspace once its resources are gone (ORG-6). */
  | "deleteWorkspace"
  /** key: resource id. Stops what has run for its maximum running time (RES-7). */
  | "stopAtLimit"
  /** key: resource id. Probes how a notebook is used, and stops it when nobody does (RES-9). */
  | "checkIdle"
  /** key: cluster id. Removes what the database does not know, and looks at everything that it does. */
  | "sweepCluster"
  /** key: mail id. */
  | "mail";

export interface WorkRequest {
  kind: WorkKind;
  key: string;
  /** Set for work that only the replica which holds the cluster's lease may do. */
  clusterId?: string;
  organizationId?: string;
  /** Site time; default now. An item already on the list keeps the earlier of the two. */
  dueAt?: Date;
}

/** What is on the list already is due at the earlier moment, anew. */
export const AGAIN = `on conflict (kind, key) do update set
  due_at = least(work_items.due_at, excluded.due_at), run_after = excluded.run_after,
  revision = work_items.revision + 1, attempts = 0, parked_at = null, last_error = null`;

/**
 * Puts work on the list in the caller's transaction. An item that is already there gets a new revision, so a handler
 * that is at work on it will be run once more.
 */
export function enqueue(tx: Tx, work: WorkRequest): void {
  const { kind, key, clusterId = null, organizationId = null, dueAt = tx.now } = work;
  tx.send({
    name: "enqueue work",
    text: `insert into work_items (kind, key, cluster_id, organization_id, due_at, run_after)
     values ($1, $2, $3, $4, $5, date_trunc('milliseconds', clock_timestamp()))
     ${AGAIN}`,
    values: [kind, key, clusterId, organizationId, dueAt],
  });
}
