import {
  WorkloadNotRunning,
  type Activity,
  type Cluster,
  type ExecOptions,
  type ExecSession,
  type Followed,
  type LogOptions,
  type NodeCapacity,
  type ObjectChange,
  type ObjectRef,
  type ObservedVolume,
  type ObservedWorkload,
  type VolumeRequest,
  type WatchListener,
  type Workload,
} from "#ports/cluster.ts";
import { podHttp } from "./activity/pod-http.ts";
import { probeActivity } from "./activity/probe-activity.ts";
import { prometheusHttp } from "./activity/prometheus-http.ts";
import { KubernetesClient } from "./api/client.ts";
import type { KubernetesObject, ObjectList } from "./api/object.ts";
import { paths } from "./api/paths.ts";
import { applyVolume } from "./apply-volume.ts";
import { applyWorkload, type Hands } from "./apply-workload.ts";
import type { KubernetesConfig } from "./config.ts";
import { claimPlace, isOwn, LABEL, namespaceOf, ownSelector } from "./names.ts";
import { News } from "./news.ts";
import { capacityOf } from "./observe/capacity.ts";
import { isDrifted } from "./observe/drift.ts";
import { endpointsOf } from "./observe/endpoints.ts";
import { observeVolume } from "./observe/observe-volume.ts";
import { observeDeparted, observeWorkload } from "./observe/observe-workload.ts";
import { isLate, phaseOf, type Circumstances } from "./observe/phase.ts";
import { withoutPod } from "./observe/without-pod.ts";
import { podExec } from "./process/pod-exec.ts";
import { podLogs } from "./process/pod-logs.ts";
import { watchedPod } from "./process/watched-pod.ts";
import { Refusals } from "./refusals.ts";
import { lookFor, removeKnown } from "./remove-known.ts";
import { removePod, removeSurroundings } from "./remove-workload.ts";
import { ClusterView } from "./view/cluster-view.ts";
import type { OwnPod } from "./view/pod-facts.ts";
import { Workspaces } from "./workspaces.ts";

const LATE_LOOK_MS = 10_000;
const WATCH_PATIENCE_MS = 60_000;

/** A Kubernetes cluster behind the port. Its timestamps are whole seconds of the cluster's own clock. */
export class KubernetesCluster implements Cluster, Followed {
  readonly id: string;
  readonly region: string;
  readonly simulated = false;
  readonly #hands: Hands;
  readonly #workspaces: Workspaces;
  readonly #refusals: Refusals;

  constructor(client: KubernetesClient, config: KubernetesConfig, view: ClusterView) {
    this.id = config.id;
    this.region = config.region;
    this.#hands = { client, config, view };
    this.#workspaces = new Workspaces(client, config);
    this.#refusals = new Refusals((ref) => view.tell({ object: "workload", ...ref }));
  }

  async applyWorkload(workload: Workload, volumes: VolumeRequest[] = []): Promise<void> {
    const { view } = this.#hands;
    await view.synced();
    const pods = view.podsOf(workload.resourceId);
    await this.#lookForNodes(pods);
    if (pods.some(({ generation }) => generation > workload.generation)) return;
    const newest = pods.length === 0 ? null : newestOf(pods);
    const older = pods.filter((it) => it.generation < workload.generation || it !== newest);
    for (const pod of older)
      if (pod.removedAt === null || this.#nodeGone(pod)) await this.#remove(pod);
    if (older.some(({ generation }) => generation < workload.generation)) return;
    const lost = await this.#replaceLost(pods);
    if (lost === "wait") return;
    const living = pods.length > 0 && lost === null;
    if (living && !this.#drifted(pods)) return;
    const attempt = living ? null : lost === null ? 0 : lost.attempt + 1;
    const apply = () =>
      this.#workspaces.in(workload.workspaceId, () =>
        applyWorkload(this.#hands, workload, { volumes, attempt }),
      );
    // One that is there keeps its state, whatever comes of mending what is around it.
    await (living ? apply() : this.#refusals.noting(workload, apply));
  }

  async deleteWorkload(workspaceId: string, resourceId: string): Promise<void> {
    const { view } = this.#hands;
    await view.synced();
    this.#refusals.forget(resourceId);
    // What is not known was not recorded either: it is looked at before it goes (BIL-1).
    if (view.podsOf(resourceId).length === 0) {
      await this.#lookForPods(workspaceId, resourceId);
      if (view.podsOf(resourceId).length > 0) return;
    }
    await this.#lookForNodes(view.podsOf(resourceId));
    const pods = view
      .podsOf(resourceId)
      .filter((pod) => pod.removedAt === null || this.#nodeGone(pod));
    const removed = await Promise.all(pods.map((pod) => this.#remove(pod)));
    // Their owner goes last, or it would take with it what is to be looked at again.
    if (removed.every((it) => it)) await removeSurroundings(this.#hands, workspaceId, resourceId);
  }

  async observeWorkload(
    workspaceId: string,
    resourceId: string,
    recorded?: ObservedWorkload | null,
  ): Promise<ObservedWorkload | null> {
    const { view } = this.#hands;
    await view.synced();
    const wasThere = recorded != null && recorded.phase !== "gone";
    if (view.podsOf(resourceId).length === 0 && wasThere)
      await this.#lookForPods(workspaceId, resourceId);
    await this.#lookForNodes(view.podsOf(resourceId));
    return this.#workload(resourceId, recorded);
  }

  async *logs(
    _workspaceId: string,
    resourceId: string,
    options: LogOptions,
  ): AsyncGenerator<string, void, undefined> {
    const pod = await this.#newest(resourceId);
    if (pod !== null) yield* podLogs(watchedPod(this.#hands, pod), options);
  }

  async exec(_workspaceId: string, resourceId: string, options: ExecOptions): Promise<ExecSession> {
    const pod = await this.#newest(resourceId);
    if (pod === null) throw new WorkloadNotRunning("it has no Pod");
    return podExec(await this.#hands.client.credentials(), watchedPod(this.#hands, pod), options);
  }

  async observeActivity(
    _workspaceId: string,
    resourceId: string,
    accessToken: string,
  ): Promise<Activity | null> {
    const { view, client, config } = this.#hands;
    await view.synced();
    const pod = view.podsOf(resourceId).find((it) => this.#isReady(it));
    const port = pod?.ports.find(({ protocol }) => protocol === "HTTP")?.port;
    if (pod === undefined || port === undefined) return null;
    const { namespace, name, gpus } = pod;
    return probeActivity({
      fetchFromPod: podHttp(client.config, { namespace, pod: name, port, token: accessToken }),
      fetchFromPrometheus: prometheusHttp(config.prometheusUrl),
      pod: { namespace, pod: name, gpus },
    });
  }

  async applyVolume(volume: VolumeRequest): Promise<void> {
    await this.#hands.view.synced();
    await this.#workspaces.in(volume.workspaceId, () => applyVolume(this.#hands, volume));
  }

  async deleteVolume(workspaceId: string, volumeId: string): Promise<void> {
    const { view, client, config } = this.#hands;
    await view.synced();
    const place = claimPlace(config, workspaceId, volumeId);
    const known = view.claims.get(place.namespace, place.name);
    // What is not known was not recorded either: it is looked at before it goes (BIL-1).
    if (known === undefined) await lookFor(client, view.claims, paths.claims, place);
    else if (!known.removed) await removeKnown(client, view.claims, paths.claims, known);
  }

  async observeVolume(
    workspaceId: string,
    volumeId: string,
    wasThere = false,
  ): Promise<ObservedVolume | null> {
    const { view, client, config } = this.#hands;
    await view.synced();
    const known = this.#volume(workspaceId, volumeId);
    if (known !== null || !wasThere) return known;
    const place = claimPlace(config, workspaceId, volumeId);
    await lookFor(client, view.claims, paths.claims, place);
    return this.#volume(workspaceId, volumeId);
  }

  async restoreWorkspace(workspaceId: string): Promise<void> {
    await this.#workspaces.restore(workspaceId);
  }

  async deleteWorkspace(workspaceId: string): Promise<void> {
    await this.#workspaces.remove(workspaceId);
  }

  async list(): ReturnType<Cluster["list"]> {
    const { view, client, config } = this.#hands;
    await view.synced();
    const isHere = ({ namespace, workspaceId }: { namespace: string; workspaceId: string }) =>
      namespace === namespaceOf(config, workspaceId);
    const workloads = new Map<string, ObjectRef>();
    for (const kind of [view.ownPods(), view.services.values(), view.routes.values()])
      for (const it of kind) {
        const { workspaceId, resourceId: id } = it;
        if (isHere(it)) workloads.set(id, { workspaceId, id });
      }
    const namespaces = await listOwn(client, paths.namespaces(), config);
    return {
      workloads: [...workloads.values()],
      volumes: [...view.claims.values()]
        .filter(isHere)
        .map(({ workspaceId, volumeId: id }) => ({ workspaceId, id })),
      workspaces: namespaces
        .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
        .filter(({ metadata }) => isOwn(config, metadata.name, metadata.labels))
        .map(({ metadata }) => metadata.labels![LABEL.workspace]!),
    };
  }

  async capacity(): Promise<NodeCapacity[]> {
    const { view, config } = this.#hands;
    await view.synced();
    return capacityOf(view.nodes.values(), view.pods.values(), config);
  }

  silence(): Record<string, number | null> {
    const kinds = Object.entries(this.#hands.view.kinds);
    return Object.fromEntries(kinds.map(([kind, { silentMs }]) => [kind, silentMs]));
  }

  requests(): Readonly<Record<string, number>> {
    return this.#hands.client.counts;
  }

  async watch(listener: WatchListener, signal: AbortSignal): Promise<void> {
    const { view } = this.#hands;
    const news = new News((change) => this.#known(change));
    let begun = false;
    const unsubscribe = view.subscribe((change, told) => {
      // What is there at the beginning is noted, and no news.
      const changed = news.of(change);
      if (changed !== null && told && begun) listener.changed(changed);
    });
    const timer = setInterval(() => this.#tellOfLate(listener), LATE_LOOK_MS);
    try {
      await Promise.race([view.synced(WATCH_PATIENCE_MS), aborted(signal)]);
      begun = true;
      if (!signal.aborted) listener.begun();
      await aborted(signal);
    } finally {
      clearInterval(timer);
      unsubscribe();
    }
  }

  // Nothing happens when a deadline passes, so nobody would look.
  #tellOfLate(listener: WatchListener): void {
    for (const pod of this.#hands.view.ownPods()) {
      const circumstances = this.#circumstances(pod);
      if (!isLate(pod, circumstances) || phaseOf(pod, circumstances).phase !== "failed") continue;
      const { workspaceId, resourceId: id } = pod;
      listener.changed({ object: "workload", workspaceId, id });
    }
  }

  async #newest(resourceId: string): Promise<OwnPod | null> {
    const { view } = this.#hands;
    await view.synced();
    const pods = view.podsOf(resourceId);
    return pods.length === 0 ? null : newestOf(pods);
  }

  #known({ object, workspaceId, id }: ObjectChange): ObservedWorkload | ObservedVolume | null {
    return object === "workload" ? this.#workload(id) : this.#volume(workspaceId, id);
  }

  /** Without a record, only of what is there. */
  #workload(resourceId: string, recorded?: ObservedWorkload | null): ObservedWorkload | null {
    const { view, config } = this.#hands;
    const before = recorded ?? null;
    const pods = view.podsOf(resourceId);
    const departed = recorded === undefined ? [] : view.departed.of(resourceId, recorded);
    if (pods.length === 0 && departed.length > 0) return observeDeparted(departed, before);
    if (pods.length === 0) return this.#withoutPods(resourceId, before);
    const observed = observeWorkload(pods, before, {
      circumstances: (pod) => this.#circumstances(pod),
      lostAt: (pod) => this.#lostAt(pod),
      endpoints: endpointsOf(config, newestOf(pods), view.servicesOf(resourceId)),
      departed,
    });
    return this.#drifted(pods) ? { ...observed, drifted: true } : observed;
  }

  #volume(workspaceId: string, volumeId: string): ObservedVolume | null {
    const { view, config } = this.#hands;
    const { namespace, name } = claimPlace(config, workspaceId, volumeId);
    const claim = view.claims.get(namespace, name);
    return claim === undefined ? null : observeVolume(claim);
  }

  #withoutPods(resourceId: string, before: ObservedWorkload | null): ObservedWorkload | null {
    const { view } = this.#hands;
    const refused = this.#refusals.of(resourceId);
    if (refused !== null) return refused;
    const around = [...view.servicesOf(resourceId), ...view.routesOf(resourceId)];
    return around.length === 0 ? null : withoutPod(around, before);
  }

  /** What a watch has not told yet, or told as gone, is looked for where it would be. */
  async #lookForPods(workspaceId: string, resourceId: string): Promise<void> {
    const { view, client, config } = this.#hands;
    const labelSelector = `${LABEL.resource}=${resourceId}`;
    const path = paths.pods(namespaceOf(config, workspaceId));
    const { items } = await client.get<ObjectList>(path, { labelSelector });
    for (const item of items) view.pods.put(item);
  }

  /** A Pod is told before its node where the node is new; only what is asked for and not there is gone. */
  async #lookForNodes(pods: OwnPod[]): Promise<void> {
    const { view, client } = this.#hands;
    const missing = new Set(pods.filter((pod) => this.#nodeGone(pod)).map(({ node }) => node));
    const nodePaths = (_: string, name?: string) => paths.nodes(name);
    for (const name of missing)
      await lookFor(client, view.nodes, nodePaths, { namespace: "", name: name! });
  }

  /** The lost Pod whose successor may be made now; null when none is lost. */
  async #replaceLost(pods: OwnPod[]): Promise<OwnPod | "wait" | null> {
    if (pods.length === 0) return null;
    const newest = newestOf(pods);
    if (phaseOf(newest, this.#circumstances(newest)).phase !== "lost") return null;
    // A node that does not answer may still run it: only when it is gone for good, or the Pod is, is there room for another.
    const nodeGone = this.#nodeGone(newest);
    if (newest.removedAt === null || nodeGone) await this.#remove(newest);
    const ended = newest.phase === "Failed";
    return nodeGone || (ended && newest.removedAt === null) ? newest : "wait";
  }

  #isReady(pod: OwnPod): boolean {
    return phaseOf(pod, this.#circumstances(pod)).phase === "ready";
  }

  #remove(pod: OwnPod): Promise<boolean> {
    return removePod(this.#hands, pod, this.#nodeGone(pod));
  }

  #drifted(pods: OwnPod[]): boolean {
    const { config, view } = this.#hands;
    const pod = newestOf(pods);
    // A late request of a former owner: two run at once, and only an apply ends the older one.
    if (pods.some((it) => it !== pod && it.removedAt === null)) return true;
    const { resourceId, phase, removedAt } = pod;
    if (removedAt !== null || phase === "Succeeded" || phase === "Failed") return false;
    return isDrifted(config, pod, view.servicesOf(resourceId), view.routesOf(resourceId));
  }

  #nodeGone({ node }: OwnPod): boolean {
    return node !== null && this.#hands.view.nodes.get("", node) === undefined;
  }

  #lostAt(pod: OwnPod): string | null {
    if (!this.#nodeGone(pod)) return null;
    return this.#hands.view.nodeGoneAt(pod.node!) ?? new Date().toISOString();
  }

  #circumstances(pod: OwnPod): Circumstances {
    const { view, config } = this.#hands;
    const node = pod.node === null ? undefined : view.nodes.get("", pod.node);
    return {
      nodeGone: this.#nodeGone(pod),
      nodeAway: node !== undefined && !node.ready,
      now: new Date(),
      startDeadlineSeconds: config.startDeadlineSeconds,
    };
  }
}

function newestOf(pods: OwnPod[]): OwnPod {
  return pods.reduce((a, b) =>
    b.generation > a.generation || (b.generation === a.generation && b.attempt > a.attempt) ? b : a,
  );
}

async function listOwn(
  client: KubernetesClient,
  path: string,
  config: KubernetesConfig,
): Promise<KubernetesObject[]> {
  const found: KubernetesObject[] = [];
  let next: string | undefined;
  do {
    const query = { labelSelector: ownSelector(config), limit: 500, continue: next };
    const { items, metadata } = await client.get<ObjectList>(path, query);
    found.push(...items);
    next = metadata.continue || undefined;
  } while (next !== undefined);
  return found;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
