import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { WORK_TIMEOUT_MS } from "#api/drain.ts";
import type { Database } from "#db/database.ts";
import { withSystem } from "#db/tenant.ts";
import { enqueue } from "#domain/work/enqueue.ts";
import { outstandingWork } from "#domain/work/outstanding.ts";
import type { WorkHandlers, WorkItem } from "#domain/work/types.ts";
import type { Cluster } from "#ports/cluster.ts";
import { ClusterLeases } from "./cluster-leases.ts";
import { ClusterNews } from "./cluster-news.ts";
import { every } from "./every.ts";
import { Runner } from "./runner.ts";
import { Wake } from "./wake.ts";

export interface WorkerOptions {
  database: Database;
  /** A pool of its own for what keeps leases and claims, which must not wait behind the work that they are of. */
  heartbeats?: Database;
  clusters: ReadonlyMap<string, Cluster>;
  handlers: WorkHandlers;
  /** Bills what is due; asked every second, by every replica. */
  tick?: () => Promise<unknown>;
  /** Items at work at once; by default as many as a cluster has connections. */
  concurrency?: number;
  /** Of items and clusters: so long a dead replica's work stays where it is. */
  leaseMs?: number;
  pollMs?: number;
  sweepMs?: number;
  timeoutMs?: number;
  onError?: (error: unknown, item?: WorkItem) => void;
}

export interface Worker {
  readonly replica: string;
  /** Whether the cluster belongs to this replica now. */
  owns(clusterId: string): boolean;
  /** Begins to claim and run work, to watch clusters and to tick. */
  start(): void;
  /** There is something to do: does not wait for the next poll. */
  nudge(): void;
  /** Takes no more work, finishes what is at work, hands back the clusters. */
  drain(): Promise<void>;
  /** Runs everything that is due, and waits for what other replicas run of it; also without `start`. */
  runUntilQuiet(): Promise<void>;
}

const TICK_MS = 1000;
// At once where nothing was claimed for as long; what comes on the list meanwhile is claimed together.
const CLAIM_EVERY_MS = 40;
const QUIET_DEADLINE_MS = 60_000;

/** The loops of one replica over the work list and its clusters. */
export function createWorker(options: WorkerOptions): Worker {
  const { database, clusters, leaseMs = 8000, pollMs = 200, sweepMs = 600_000 } = options;
  const { heartbeats = database } = options;
  const replica = randomUUID();
  // Claims are renewed until the last item has finished, also while no more are taken.
  const [claiming, living] = [new AbortController(), new AbortController()];
  const wake = new Wake();
  const onError = options.onError ?? (() => {});
  const loops = { claiming: [] as Promise<void>[], living: [] as Promise<void>[] };
  let started = false;

  const sweep = (clusterId: string) =>
    withSystem(database, async (tx) =>
      enqueue(tx, { kind: "sweepCluster", key: clusterId, clusterId }),
    )
      .then(() => wake.wake())
      .catch(onError);
  const follow = (clusterId: string) => news.watch(clusterId, () => void sweep(clusterId));
  const news = new ClusterNews({
    database,
    clusters,
    onEnqueued: () => wake.wake(),
    onBroken: (_, error) => onError(error),
  });
  const leases = new ClusterLeases({
    database: heartbeats,
    replica,
    clusters: [...clusters.values()],
    leaseMs,
    onGained: (id) => {
      if (started) follow(id);
    },
    onLost: (id) => void news.unwatch(id),
  });
  const runner = new Runner({
    database,
    heartbeats,
    replica,
    handlers: options.handlers,
    concurrency: options.concurrency ?? 16,
    leaseMs,
    timeoutMs: options.timeoutMs ?? WORK_TIMEOUT_MS,
    onFinished: () => wake.wake(),
    onFailed: (item, error) => onError(error, item),
  });

  let registered: Promise<void> | undefined;
  const renewLeases = async () => {
    registered ??= leases.register().catch((error) => {
      registered = undefined;
      throw error;
    });
    await registered;
    await leases.renew();
  };
  const claim = async () => {
    const begun = performance.now();
    while (await runner.fill());
    await wake.sleep(pollMs);
    await sleep(Math.max(0, begun + CLAIM_EVERY_MS - performance.now()));
  };

  // Everything that can be claimed now, until none of it runs; answers whether there was any.
  const runDue = async () => {
    let any = false;
    do {
      while (await runner.fill());
      any ||= runner.busy;
      if (runner.busy) await runner.progress();
    } while (runner.busy);
    return any;
  };

  return {
    replica,
    owns: (clusterId) => leases.owns(clusterId),
    start() {
      const { tick = async () => {} } = options;
      started = true;
      loops.living = [
        every(leaseMs / 4, living.signal, renewLeases, onError),
        every(leaseMs / 4, living.signal, () => runner.renew(), onError),
      ];
      loops.claiming = [
        every(0, claiming.signal, claim, onError),
        every(sweepMs, claiming.signal, () => Promise.all(leases.held.map(sweep)), onError),
        every(TICK_MS, claiming.signal, tick, onError),
      ];
      for (const id of leases.held) follow(id);
    },
    nudge: () => wake.wake(),
    async drain() {
      claiming.abort();
      wake.wake();
      await Promise.all(loops.claiming);
      await runner.settled();
      living.abort();
      await Promise.all(loops.living);
      await news.unwatchAll();
      await leases.release().catch(onError);
    },
    async runUntilQuiet() {
      if (!started) await renewLeases();
      let idleSince = performance.now();
      for (;;) {
        const changed = await news.pump();
        const outstanding = await outstandingWork(database);
        if (outstanding === 0 && changed === 0) return;
        if (outstanding > 0 && (await runDue())) idleSince = performance.now();
        else if (outstanding > 0) {
          // Another replica is at it, or a claim must run out first.
          if (performance.now() - idleSince > QUIET_DEADLINE_MS)
            throw new Error("the work that is due does not come to an end");
          await sleep(10);
        }
      }
    },
  };
}
