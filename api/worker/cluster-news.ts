import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "#db/database.ts";
import { enqueueChanges } from "#domain/work/enqueue-changes.ts";
import {
  isClockDriven,
  type ClockDriven,
  type Cluster,
  type ObjectChange,
} from "#ports/cluster.ts";
import { PendingChanges } from "./pending-changes.ts";

const RETRY_MS = 1000;

export interface ClusterNewsOptions {
  database: Database;
  clusters: ReadonlyMap<string, Cluster>;
  onEnqueued: () => void;
  /** The watch of a cluster broke; it is begun anew after a pause. */
  onBroken: (clusterId: string, error: unknown) => void;
}

/** Turns what changes on clusters into work, coalesced in memory. */
export class ClusterNews {
  readonly #options: ClusterNewsOptions;
  readonly #watches = new Map<string, { abort: AbortController; ended: Promise<void> }>();
  // Clock-driven clusters only: from the beginning, so that nothing is missed that became due before we looked.
  readonly #cursors = new Map<string, string>();

  constructor(options: ClusterNewsOptions) {
    this.#options = options;
  }

  /** Watches a cluster until `unwatch`; `onBegun` each time that something may have been missed before. */
  watch(clusterId: string, onBegun: () => void): void {
    if (this.#watches.has(clusterId)) return;
    const abort = new AbortController();
    this.#watches.set(clusterId, { abort, ended: this.#follow(clusterId, abort.signal, onBegun) });
  }

  async unwatch(clusterId: string): Promise<void> {
    const watch = this.#watches.get(clusterId);
    this.#watches.delete(clusterId);
    watch?.abort.abort();
    await watch?.ended;
  }

  async unwatchAll(): Promise<void> {
    await Promise.all([...this.#watches.keys()].map((id) => this.unwatch(id)));
  }

  /** Does what is due on clusters that run on the site clock, and puts what changed on the list. Answers how much that was. */
  async pump(): Promise<number> {
    const clusters = [...this.#options.clusters.values()].filter(isClockDriven);
    const counts = await Promise.all(clusters.map((cluster) => this.#pump(cluster)));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  async #pump(cluster: Cluster & ClockDriven): Promise<number> {
    const { changes, cursor } = await cluster.settle(this.#cursors.get(cluster.id) ?? "0");
    if (changes.length > 0) await enqueueChanges(this.#options.database, cluster.id, changes);
    this.#cursors.set(cluster.id, cursor);
    return changes.length;
  }

  async #follow(clusterId: string, signal: AbortSignal, onBegun: () => void): Promise<void> {
    const pending = new PendingChanges(signal);
    const flushing = this.#flush(clusterId, pending, signal);
    const listener = { begun: onBegun, changed: (change: ObjectChange) => pending.add(change) };
    while (!signal.aborted) {
      try {
        await this.#options.clusters.get(clusterId)!.watch(listener, signal);
      } catch (error) {
        this.#options.onBroken(clusterId, error);
        await sleep(RETRY_MS, undefined, { signal }).catch(() => {});
      }
    }
    await flushing;
  }

  async #flush(clusterId: string, pending: PendingChanges, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const changes = await pending.take();
      if (changes.length === 0) continue;
      try {
        await enqueueChanges(this.#options.database, clusterId, changes);
        this.#options.onEnqueued();
      } catch (error) {
        for (const change of changes) pending.add(change);
        this.#options.onBroken(clusterId, error);
        await sleep(RETRY_MS, undefined, { signal }).catch(() => {});
      }
    }
  }
}
