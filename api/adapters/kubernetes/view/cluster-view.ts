import { setTimeout as sleep } from "node:timers/promises";
import { ClusterUnavailable, type ObjectChange } from "#ports/cluster.ts";
import type { KubernetesClient } from "../api/client.ts";
import { paths } from "../api/paths.ts";
import type { KubernetesConfig } from "../config.ts";
import { isOwn, ownSelector } from "../names.ts";
import { claimFacts, type ClaimFacts } from "./claim-facts.ts";
import { DepartedPods } from "./departed-pods.ts";
import { nodeFacts, type NodeFacts } from "./node-facts.ts";
import { podFacts, type OwnPod, type PodFacts } from "./pod-facts.ts";
import { Reflector } from "./reflector.ts";
import { routeFacts, type RouteFacts } from "./route-facts.ts";
import { serviceFacts, type ServiceFacts } from "./service-facts.ts";

const PATIENCE_MS = 5000;

/** `told`: by the cluster, not by an answer to ourselves. */
type Listener = (change: ObjectChange, told: boolean) => void;

/**
 * What this replica knows of a cluster: one watch a kind. Every replica has it, for stock is asked everywhere; only the one
 * that holds the cluster's lease acts on it.
 */
export class ClusterView {
  readonly pods: Reflector<PodFacts>;
  readonly nodes: Reflector<NodeFacts>;
  readonly claims: Reflector<ClaimFacts>;
  readonly services: Reflector<ServiceFacts>;
  readonly routes: Reflector<RouteFacts>;
  #isSynced = false;
  readonly #listeners = new Set<Listener>();
  readonly #podsOf = new Map<string, Map<string, OwnPod>>();
  readonly #servicesOf = new Map<string, Map<string, ServiceFacts>>();
  readonly #routesOf = new Map<string, Map<string, RouteFacts>>();
  readonly #nodesGone = new Map<string, string>();
  readonly departed = new DepartedPods();

  constructor(
    client: KubernetesClient,
    config: KubernetesConfig,
    onError: (kind: string, error: unknown) => void,
  ) {
    const ours = { labelSelector: ownSelector(config) };
    const of = (kind: string, path: string) => ({
      client,
      path,
      onError: (error: unknown) => onError(kind, error),
    });
    this.pods = new Reflector({
      ...of("Pod", paths.allPods),
      project: (object, before) => {
        const facts = podFacts(object, before, config.gpu.resource);
        const { namespace, labels } = object.metadata;
        return isOwn(config, namespace, labels) ? facts : { ...facts, own: null };
      },
      changed: (before, after, told) =>
        this.#podChanged(before?.own ?? null, after?.own ?? null, told),
    });
    this.nodes = new Reflector({
      ...of("Node", paths.nodes()),
      project: nodeFacts,
      changed: (before, after) => this.#nodeChanged(before, after),
    });
    this.claims = new Reflector({
      ...of("PersistentVolumeClaim", paths.allClaims),
      selectors: ours,
      project: claimFacts,
      changed: (before, after, told) => this.#claimChanged((after ?? before)!, told),
    });
    this.services = new Reflector({
      ...of("Service", paths.allServices),
      selectors: ours,
      project: serviceFacts,
      changed: (before, after, told) => this.#aroundChanged(this.#servicesOf, before, after, told),
    });
    this.routes = new Reflector({
      ...of("HTTPRoute", paths.allRoutes),
      optional: true,
      selectors: ours,
      project: routeFacts,
      changed: (before, after, told) => this.#aroundChanged(this.#routesOf, before, after, told),
    });
  }

  /** For liveness: how long each kind has been silent. */
  get kinds(): Record<string, Reflector<any>> {
    const { pods, nodes, claims, services, routes } = this;
    return { pods, nodes, claims, services, routes };
  }

  /** Follows the cluster until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(Object.values(this.kinds).map((it) => it.run(signal)));
  }

  /** Waits until everything was listed once. Throws `ClusterUnavailable` when that takes too long. */
  async synced(patienceMs = PATIENCE_MS): Promise<void> {
    if (this.#isSynced) return;
    const listed = Promise.all(Object.values(this.kinds).map((it) => it.synced));
    const late = sleep(patienceMs, "late" as const, { ref: false });
    if ((await Promise.race([listed, late])) === "late")
      throw new ClusterUnavailable("the cluster's state is not known yet");
    this.#isSynced = true;
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(change: ObjectChange, told = true): void {
    for (const listener of this.#listeners) listener(change, told);
  }

  podsOf(resourceId: string): OwnPod[] {
    return [...(this.#podsOf.get(resourceId)?.values() ?? [])];
  }

  servicesOf(resourceId: string): ServiceFacts[] {
    return [...(this.#servicesOf.get(resourceId)?.values() ?? [])];
  }

  routesOf(resourceId: string): RouteFacts[] {
    return [...(this.#routesOf.get(resourceId)?.values() ?? [])];
  }

  *ownPods(): Generator<OwnPod> {
    for (const pods of this.#podsOf.values()) yield* pods.values();
  }

  /** When this process saw a node go; null where it is there, or went before. */
  nodeGoneAt(name: string): string | null {
    return this.#nodesGone.get(name) ?? null;
  }

  #podChanged(before: OwnPod | null, after: OwnPod | null, told: boolean): void {
    if (before !== null && before.resourceId !== after?.resourceId)
      remove(this.#podsOf, before.resourceId, before.name);
    if (after !== null) add(this.#podsOf, after.resourceId, after.name, after);
    else if (before !== null) this.departed.add(before, this.#endOf(before));
    const { workspaceId, resourceId: id } = after ?? before ?? {};
    if (id !== undefined) this.tell({ object: "workload", workspaceId: workspaceId!, id }, told);
  }

  #endOf({ removedAt, node }: OwnPod): string {
    const nodeGoneAt = node === null ? null : this.nodeGoneAt(node);
    return nodeGoneAt ?? removedAt ?? new Date().toISOString();
  }

  #nodeChanged(before: NodeFacts | undefined, after: NodeFacts | undefined): void {
    const { name } = (after ?? before)!;
    if (after === undefined) this.#nodesGone.set(name, new Date().toISOString());
    else this.#nodesGone.delete(name);
    if (before?.ready === after?.ready) return;
    for (const { node, workspaceId, resourceId: id } of this.ownPods())
      if (node === name) this.tell({ object: "workload", workspaceId, id });
  }

  #claimChanged({ workspaceId, volumeId: id }: ClaimFacts, told: boolean): void {
    this.tell({ object: "volume", workspaceId, id }, told);
  }

  #aroundChanged<T extends { workspaceId: string; resourceId: string; name: string }>(
    index: Map<string, Map<string, T>>,
    before: T | undefined,
    after: T | undefined,
    told: boolean,
  ): void {
    if (before !== undefined) remove(index, before.resourceId, before.name);
    if (after !== undefined) add(index, after.resourceId, after.name, after);
    const { workspaceId, resourceId: id } = (after ?? before)!;
    this.tell({ object: "workload", workspaceId, id }, told);
  }
}

function add<T>(index: Map<string, Map<string, T>>, key: string, name: string, value: T): void {
  const entries = index.get(key) ?? new Map<string, T>();
  index.set(key, entries.set(name, value));
}

function remove<T>(index: Map<string, Map<string, T>>, key: string, name: string): void {
  const entries = index.get(key);
  entries?.delete(name);
  if (entries?.size === 0) index.delete(key);
}
