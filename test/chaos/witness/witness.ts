import type { KubeConfig } from "@kubernetes/client-node";
import { followKind, type Seen } from "./follow.ts";
import { end, newRecord, removalOf, update, type PodRecord } from "./pod-record.ts";

/** A size that a volume had, and since when. */
export interface VolumeSize {
  id: string;
  since: number;
  sizeGib: number;
  /** When the witness was told, which with a slow etcd is long after that. */
  seenAt: number;
}

/**
 * Watches a cluster beside the product, straight at the API server and with no code of the product's: when each Pod was
 * ready, how large volumes were, and whether ever two processes of one resource ran.
 */
export class Witness {
  readonly pods = new Map<string, PodRecord>();
  readonly sizes: VolumeSize[] = [];
  /** Two processes of one resource at one moment. */
  readonly doubles: string[] = [];
  readonly #goneNodes = new Set<string>();
  readonly #abort = new AbortController();
  readonly #loops: Promise<void>[];

  constructor(config: KubeConfig, clusterId: string) {
    const query = `?labelSelector=${encodeURIComponent(`aifactory.dev/cluster=${clusterId}`)}`;
    const { signal } = this.#abort;
    const nothing = () => {};
    this.#loops = [
      followKind(
        config,
        `/api/v1/pods${query}`,
        { seen: (pod) => this.#pod(pod), gone: (pod, heardAt) => this.#podGone(pod, heardAt) },
        signal,
      ),
      followKind(
        config,
        `/api/v1/persistentvolumeclaims${query}`,
        { seen: (claim) => this.#claim(claim), gone: nothing },
        signal,
      ),
    ];
  }

  /** To be told before a node is removed: from then on nobody can say what runs there. */
  nodeGoes(name: string): void {
    this.#goneNodes.add(name);
    for (const record of this.pods.values())
      if (record.node === name) end(record, Date.now(), { traceless: true });
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await Promise.all(this.#loops);
  }

  #pod(pod: Seen): void {
    const { uid } = pod.metadata;
    const record = this.pods.get(uid) ?? newRecord(pod);
    this.pods.set(uid, record);
    update(record, pod);
    // What is said of a Pod after its node went is nobody's word who could know.
    if (this.#isOnGoneNode(record)) end(record, Date.now(), { traceless: true });
    this.#count(record.resourceId);
  }

  #podGone(pod: Seen, heardAt: number): void {
    const record = this.pods.get(pod.metadata.uid);
    if (record === undefined) return;
    update(record, pod);
    record.running = false;
    const removedAt = removalOf(pod.metadata);
    // Removed by force, it says nothing of its end.
    const traceless = removedAt === null;
    end(record, removedAt ?? Math.min(heardAt, Date.now() - 1000), { traceless, removed: true });
  }

  #count(resourceId: string): void {
    const running = [...this.pods.values()].filter(
      (it) => it.resourceId === resourceId && it.running && !this.#isOnGoneNode(it),
    );
    if (running.length > 1)
      this.doubles.push(
        `${new Date().toISOString()} ${running.map(({ name, uid }) => `${name} (${uid})`).join(", ")}`,
      );
  }

  #isOnGoneNode({ node }: PodRecord): boolean {
    return node !== null && this.#goneNodes.has(node);
  }

  #claim({ metadata, status = {} }: Seen): void {
    if (status.phase !== "Bound") return;
    const id = metadata.labels!["aifactory.dev/volume"]!;
    const sizeGib = Number.parseInt(status.capacity.storage);
    const known = this.sizes.findLast((it) => it.id === id);
    if (known?.sizeGib === sizeGib) return;
    const written = (metadata.managedFields ?? []).flatMap(({ subresource, time }) =>
      subresource === "status" && time !== undefined ? [Date.parse(time)] : [],
    );
    // Whole seconds: a growth was at a moment within.
    const since = Math.max(...written) + (known === undefined ? 0 : 1);
    this.sizes.push({ id, since, sizeGib, seenAt: Date.now() });
  }
}
