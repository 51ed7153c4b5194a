import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { v7 } from "uuid";
import type {
  Activity,
  ClockDriven,
  Cluster,
  ExecOptions,
  ExecSession,
  LogOptions,
  NodeCapacity,
  ObjectChange,
  ObservedVolume,
  ObservedWorkload,
  VolumeRequest,
  WatchListener,
  Workload,
} from "#ports/cluster.ts";
import { ClusterUnavailable } from "#ports/cluster.ts";
import type {
  FailureInjection,
  FailureRequest,
  InjectedFailure,
} from "#ports/failure-injection.ts";
import type { SimulatorConfig } from "./config.ts";
import { simulatedExec } from "./exec.ts";
import { strike, type Target } from "./failures.ts";
import { clear, inject } from "./inject.ts";
import { simulatedLogs, type Look } from "./log.ts";
import { observeActivity } from "./observe-activity.ts";
import { capacityOf, observeVolume, observeWorkload } from "./observe.ts";
import { applyVolume, applyWorkload, deleteVolume, deleteWorkload } from "./requests.ts";
import type {
  ClusterState,
  SimulatedFailure,
  SimulatedVolume,
  SimulatedWorkload,
} from "./state.ts";
import { changesSince, glance, peek, transact } from "./store.ts";
import { advance } from "./transitions.ts";

// Machine time: how soon a watcher sees what became due by itself.
const WATCH_POLL_MS = 120;

/** A cluster that runs nothing: its state is in the schema `simulator`, its time is the site clock's. */
export class SimulatedCluster implements Cluster, ClockDriven, FailureInjection {
  readonly id: string;
  readonly region: string;
  readonly simulated = true;
  readonly #pool: pg.Pool;
  readonly #config: SimulatorConfig;

  constructor(pool: pg.Pool, config: SimulatorConfig) {
    this.id = config.id;
    this.region = config.region;
    this.#pool = pool;
    this.#config = config;
  }

  async applyWorkload(workload: Workload, volumes: VolumeRequest[] = []): Promise<void> {
    for (const volume of volumes) await this.applyVolume(volume);
    const target = { resourceId: workload.resourceId, image: workload.image };
    await this.#call(target, (state, now) => applyWorkload(state, workload, now));
  }

  deleteWorkload(_workspaceId: string, resourceId: string): Promise<void> {
    return this.#call({ resourceId }, (state, now) => deleteWorkload(state, resourceId, now));
  }

  async observeWorkload(
    _workspaceId: string,
    resourceId: string,
  ): Promise<ObservedWorkload | null> {
    return observeWorkload(this.region, (await this.#look(resourceId)).generations);
  }

  logs(_workspaceId: string, resourceId: string, options: LogOptions): AsyncIterable<string> {
    return simulatedLogs(options, () => this.#look(resourceId));
  }

  exec(_workspaceId: string, resourceId: string, options: ExecOptions): Promise<ExecSession> {
    return simulatedExec(options, async () => (await this.#look(resourceId)).generations);
  }

  observeActivity(_workspaceId: string, resourceId: string): Promise<Activity | null> {
    return this.#call({ resourceId }, (state, now) => observeActivity(state, resourceId, now));
  }

  applyVolume(volume: VolumeRequest): Promise<void> {
    return this.#call({ volumeId: volume.volumeId }, (state, now) =>
      applyVolume(state, volume, now),
    );
  }

  deleteVolume(_workspaceId: string, volumeId: string): Promise<void> {
    return this.#call({ volumeId }, (state, now) => deleteVolume(state, volumeId, now));
  }

  async observeVolume(_workspaceId: string, volumeId: string): Promise<ObservedVolume | null> {
    const { states, busy } = await peek<SimulatedVolume>(this.#pool, this.id, "volume", volumeId);
    const volume = busy
      ? await this.#call({ volumeId }, (state) => state.volume(volumeId))
      : states[0];
    return volume === undefined ? null : observeVolume(volume);
  }

  // A simulated cluster keeps nothing for a Workspace but its workloads and volumes.
  async restoreWorkspace(): Promise<void> {}

  async deleteWorkspace(): Promise<void> {}

  list(): ReturnType<Cluster["list"]> {
    return this.#call({}, (state) => {
      const workloads = new Map(
        state.workloads.map((it) => [
          it.resourceId,
          { workspaceId: it.workspaceId, id: it.resourceId },
        ]),
      );
      return {
        workloads: [...workloads.values()],
        volumes: state.volumes.map((it) => ({ workspaceId: it.workspaceId, id: it.volumeId })),
        workspaces: [],
      };
    });
  }

  capacity(): Promise<NodeCapacity[]> {
    return this.#call({}, capacityOf);
  }

  async watch(listener: WatchListener, signal: AbortSignal): Promise<void> {
    let { cursor } = await this.settle();
    listener.begun();
    while (!signal.aborted) {
      const news = await this.settle(cursor);
      cursor = news.cursor;
      for (const change of news.changes) listener.changed(change);
      await sleep(WATCH_POLL_MS, undefined, { signal }).catch(() => {});
    }
  }

  async nextDueAt(): Promise<Date | null> {
    const { rows } = await this.#pool.query<{ at: Date | null }>({
      name: "simulator-next",
      text: "select min(next_at) as at from simulator.objects where cluster_id = $1",
      values: [this.id],
    });
    return rows[0]!.at;
  }

  async settle(since?: string): Promise<{ changes: ObjectChange[]; cursor: string }> {
    let seen = await glance(this.#pool, this.id);
    if (seen.busy) {
      await transact(this.#pool, this.id, this.#config.delays, advance);
      seen = await glance(this.#pool, this.id);
    }
    if (since === undefined) return { changes: [], cursor: seen.cursor };
    return since === seen.cursor
      ? { changes: [], cursor: since }
      : changesSince(this.#pool, this.id, since);
  }

  injectFailure(request: FailureRequest): Promise<InjectedFailure> {
    return this.#settled((state, now) => this.#describe(inject(state, v7(), request, now)));
  }

  listFailures(): Promise<InjectedFailure[]> {
    return this.#settled((state) => state.failures.map((it) => this.#describe(it)));
  }

  clearFailures(id?: string): Promise<number> {
    return this.#settled((state, now) => clear(state, id, now));
  }

  async #look(resourceId: string): Promise<Look> {
    const { states, now, busy } = await peek<SimulatedWorkload>(
      this.#pool,
      this.id,
      "workload",
      resourceId,
    );
    if (!busy) return { generations: states, now };
    return this.#call({ resourceId }, (state, now) => ({
      generations: state.generationsOf(resourceId),
      now,
    }));
  }

  /** One call of the port: everything due is done first; a failure on demand may make the call fail. */
  async #call<T>(target: Target, work: (state: ClusterState, now: number) => T): Promise<T> {
    const answer = await this.#settled((state, now) =>
      strike(state, "apiErrors", target) === null ? { value: work(state, now) } : null,
    );
    if (answer === null)
      throw new ClusterUnavailable(
        `The simulated cluster ${this.id} does not answer (failure on demand).`,
      );
    return answer.value;
  }

  #settled<T>(work: (state: ClusterState, now: number) => T): Promise<T> {
    return transact(this.#pool, this.id, this.#config.delays, (state, now) => {
      advance(state, now);
      const result = work(state, now);
      // What was asked for without a delay takes place in the same moment.
      advance(state, now);
      return result;
    });
  }

  #describe({ id, match, failure, exitCode, remaining }: SimulatedFailure): InjectedFailure {
    return {
      id,
      clusterId: this.id,
      match,
      failure,
      ...(exitCode === null ? {} : { exitCode }),
      ...(remaining === null ? {} : { count: remaining }),
    };
  }
}
