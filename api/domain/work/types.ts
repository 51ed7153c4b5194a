import type { Tx } from "#db/tenant.ts";
import type { WorkKind } from "./enqueue.ts";

/** An item that this replica has claimed. */
export interface WorkItem {
  kind: WorkKind;
  key: string;
  clusterId: string | null;
  organizationId: string | null;
  /** This one included. */
  attempts: number;
  revision: number;
  /** Names the claim: only its holder completes the item. */
  claim: string;
  /** Of the cluster's lease at the time of the claim; null for work of no cluster. */
  fence: number | null;
}

export interface WorkContext {
  /** Throws `ClaimLost` when the item, or its cluster, has passed to somebody else; asked under the lock of what is written. */
  verify(tx: Tx): Promise<void>;
}

/** Nothing more to do, or the site time to look again at. */
export type WorkOutcome = { again: Date } | void;

/** Does the work of one item, outside any transaction of the work list. May be repeated; must be idempotent. */
export type WorkHandler = (item: WorkItem, context: WorkContext) => Promise<WorkOutcome>;

export type WorkHandlers = Record<WorkKind, WorkHandler>;

/** Somebody else has the item now; what this replica was about to write is void. */
export class ClaimLost extends Error {
  override readonly name = "ClaimLost";
}
