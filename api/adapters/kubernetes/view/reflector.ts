import { setTimeout as sleep } from "node:timers/promises";
import type { KubernetesClient } from "../api/client.ts";
import type { KubernetesObject, ObjectList } from "../api/object.ts";
import { isRefusal } from "../api/errors.ts";
import { isExpired, watchEvents } from "../api/watch-events.ts";
import { Tombstones } from "./tombstones.ts";

export interface ReflectorOptions<T> {
  client: KubernetesClient;
  path: string;
  selectors?: { labelSelector?: string; fieldSelector?: string };
  /** What is kept of an object, given what was kept of it before. */
  project: (object: KubernetesObject, before: T | undefined) => T;
  /** `told`: by the cluster, not by an answer to ourselves. */
  changed: (before: T | undefined, after: T | undefined, told: boolean) => void;
  onError: (error: unknown) => void;
  /** A cluster may not have the kind: then nothing is there of it. */
  optional?: boolean;
}

interface Entry<T> {
  uid: string;
  version: bigint;
  value: T;
}

const PAGE = 500;
const WATCH_SECONDS = 540;
// The API server sends a bookmark about once a minute: whoever says nothing for longer is not there any more.
const SILENCE_MS = 150_000;
const SHORT_MS = 500;
// What was well for so long before it broke is taken up again without delay.
const HEALTHY_MS = 2000;
const RELIST_MS = 30 * 60_000;
// Of an API server that is away: each second more is one in which nobody sees what becomes of Pods.
const MAX_PAUSE_MS = 2000;

/**
 * What a cluster has of one kind, kept up to date: a paged list, then a watch with bookmarks that goes on where it broke off;
 * a new list when history is gone, and now and then. Objects are told apart by their UID, so one that was replaced under its
 * name is a deletion and an addition.
 */
export class Reflector<T> {
  readonly #options: ReflectorOptions<T>;
  readonly #entries = new Map<string, Entry<T>>();
  readonly #tombstones = new Tombstones();
  readonly #synced = Promise.withResolvers<void>();
  #version = "";
  /** History is gone, or nobody tells it: only a new list shows what there is. */
  #stale = true;
  #listedAt = 0;
  #heardAt = 0;
  #pauseMs = 0;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
  }

  /** Resolves once everything was listed. */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  /** Machine time in milliseconds since the API server was last heard; null before the first list. */
  get silentMs(): number | null {
    return this.#listedAt === 0 ? null : performance.now() - this.#heardAt;
  }

  get(namespace: string, name: string): T | undefined {
    return this.#entries.get(`${namespace}/${name}`)?.value;
  }

  uidOf(namespace: string, name: string): string | undefined {
    return this.#entries.get(`${namespace}/${name}`)?.uid;
  }

  *values(): Generator<T> {
    for (const { value } of this.#entries.values()) yield value;
  }

  /** Takes in what the API server answered to a write of ours, unless something newer is known. */
  put(object: KubernetesObject): void {
    this.#accept(object, false);
  }

  #accept(object: KubernetesObject, told: boolean): void {
    const { namespace = "", name, uid = "", resourceVersion = "0" } = object.metadata;
    const version = BigInt(resourceVersion);
    const key = `${namespace}/${name}`;
    const known = this.#entries.get(key);
    if (known !== undefined && known.version >= version) return;
    if (this.#tombstones.has(uid)) return;
    if (known !== undefined && known.uid !== uid) this.#remove(key, known, told);
    const before = known?.uid === uid ? known.value : undefined;
    const value = this.#options.project(object, before);
    this.#entries.set(key, { uid, version, value });
    this.#options.changed(before, value, told);
  }

  /** Forgets what an answer has shown to be gone: the object of a UID, or what was there at a version; not what came after. */
  drop(
    namespace: string,
    name: string,
    { uid, version }: { uid: string; version?: never } | { uid?: never; version: string },
  ): void {
    const key = `${namespace}/${name}`;
    const known = this.#entries.get(key);
    if (known === undefined || (uid !== undefined && known.uid !== uid)) return;
    if (version === undefined || known.version <= BigInt(version)) this.#remove(key, known, false);
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let begun = Infinity;
      try {
        if (this.#stale || performance.now() - this.#listedAt > RELIST_MS) await this.#list(signal);
        begun = performance.now();
        await this.#watch(signal);
        // Who ends every watch at once must not be asked without a pause.
        if (performance.now() - begun < SHORT_MS) throw new Error("the watch ended at once");
        this.#pauseMs = 0;
      } catch (error) {
        if (signal.aborted) return;
        if (isExpired(error)) this.#stale = true;
        else this.#options.onError(error);
        if (this.#options.optional && isRefusal(error, 404)) this.#synced.resolve();
        if (performance.now() - begun > HEALTHY_MS) this.#pauseMs = 0;
        this.#pauseMs = Math.min(MAX_PAUSE_MS, this.#pauseMs * 2 + 50);
        await sleep(this.#pauseMs * (0.5 + Math.random()), undefined, { signal }).catch(() => {});
      }
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { client, path, selectors } = this.#options;
    const seen = new Set<string>();
    // What is written while it is asked for is newer than it.
    const before = [...this.#entries.values()];
    let next: string | undefined;
    do {
      signal.throwIfAborted();
      const query = { ...selectors, limit: PAGE, continue: next };
      const { items, metadata } = await client.get<ObjectList>(path, query);
      if (next === undefined) this.#followBack(metadata.resourceVersion, before);
      for (const item of items) {
        seen.add(`${item.metadata.namespace ?? ""}/${item.metadata.name}`);
        this.#take(item);
      }
      this.#version = metadata.resourceVersion;
      next = metadata.continue === "" ? undefined : metadata.continue;
    } while (next !== undefined);
    // What we wrote after the list was made is not in it.
    const listed = BigInt(this.#version);
    for (const [key, entry] of this.#entries)
      if (!seen.has(key) && entry.version <= listed) this.#remove(key, entry, true);
    this.#stale = false;
    this.#listedAt = this.#heardAt = performance.now();
    this.#synced.resolve();
  }

  /** Lists are never behind what was told before, but where the cluster was restored from a backup: then all is compared anew. */
  #followBack(listed: string, before: Entry<T>[]): void {
    if (this.#version === "" || BigInt(listed) >= BigInt(this.#version)) return;
    this.#tombstones.clear();
    for (const entry of before) entry.version = 0n;
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { client, path, selectors } = this.#options;
    const silence = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const heard = () => {
      this.#heardAt = performance.now();
      clearTimeout(timer);
      timer = setTimeout(() => {
        // One from a version that the cluster does not have any more, or not yet, is never told anything.
        this.#stale = true;
        silence.abort(new Error("the watch has gone silent"));
      }, SILENCE_MS);
    };
    heard();
    try {
      const query = {
        ...selectors,
        watch: true,
        allowWatchBookmarks: true,
        resourceVersion: this.#version,
        timeoutSeconds: Math.round(WATCH_SECONDS * (0.75 + Math.random() / 2)),
      };
      const body = await client.stream(path, query, AbortSignal.any([signal, silence.signal]));
      for await (const { type, object } of watchEvents(body)) {
        heard();
        if (type === "DELETED") this.#removed(object);
        else if (type !== "BOOKMARK") this.#take(object);
        this.#version = object.metadata.resourceVersion!;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  // One object that cannot be understood must not keep the others from being seen.
  #take(object: KubernetesObject): void {
    try {
      this.#accept(object, true);
    } catch (error) {
      this.#options.onError(error);
    }
  }

  /** Its last state comes with it, of which nobody may have heard. */
  #removed(object: KubernetesObject): void {
    this.#take(object);
    const { namespace = "", name, uid = "" } = object.metadata;
    const key = `${namespace}/${name}`;
    const known = this.#entries.get(key);
    if (known?.uid === uid) this.#remove(key, known, true);
    else this.#tombstones.add(uid);
  }

  #remove(key: string, { uid, value }: Entry<T>, told: boolean): void {
    this.#tombstones.add(uid);
    this.#entries.delete(key);
    this.#options.changed(value, undefined, told);
  }
}
