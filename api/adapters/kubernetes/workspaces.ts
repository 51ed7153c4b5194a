import { ClusterUnavailable } from "#ports/cluster.ts";
import type { KubernetesClient } from "./api/client.ts";
import { isRefusal } from "./api/errors.ts";
import { paths } from "./api/paths.ts";
import type { KubernetesConfig } from "./config.ts";
import { namespaceOf } from "./names.ts";
import { namespaceContents, namespaceObject } from "./render/namespace.ts";

/** The namespaces that this process has made or confirmed. */
export class Workspaces {
  readonly #client: KubernetesClient;
  readonly #config: KubernetesConfig;
  readonly #confirmed = new Map<string, Promise<void>>();

  constructor(client: KubernetesClient, config: KubernetesConfig) {
    this.#client = client;
    this.#config = config;
  }

  /** Runs `work` in the Workspace's namespace, which has everything that it must have by then (ORG-3). */
  async in<T>(workspaceId: string, work: () => Promise<T>): Promise<T> {
    await this.#confirm(workspaceId);
    try {
      return await work();
    } catch (error) {
      if (isBeingRemoved(error)) {
        this.#confirmed.delete(workspaceId);
        throw new ClusterUnavailable("the Workspace's namespace is being removed", {
          cause: error,
        });
      }
      if (!isRefusal(error, 404)) throw error;
      // Somebody has removed it: it is made anew, once.
      this.#confirmed.delete(workspaceId);
      await this.#confirm(workspaceId);
      return work();
    }
  }

  /** Makes it as it must be, whatever others have made of it. */
  async restore(workspaceId: string): Promise<void> {
    this.#confirmed.delete(workspaceId);
    await this.#confirm(workspaceId);
  }

  async remove(workspaceId: string): Promise<void> {
    this.#confirmed.delete(workspaceId);
    await this.#client.delete(paths.namespaces(namespaceOf(this.#config, workspaceId)));
  }

  #confirm(workspaceId: string): Promise<void> {
    const known = this.#confirmed.get(workspaceId);
    if (known !== undefined) return known;
    const made = this.#make(workspaceId).catch((error) => {
      this.#confirmed.delete(workspaceId);
      throw isBeingRemoved(error)
        ? new ClusterUnavailable("the Workspace's namespace is being removed", { cause: error })
        : error;
    });
    this.#confirmed.set(workspaceId, made);
    return made;
  }

  async #make(workspaceId: string): Promise<void> {
    const { path, object } = namespaceObject(this.#config, workspaceId);
    await this.#client.apply(path, object);
    const contents = namespaceContents(this.#config, workspaceId);
    await Promise.all(contents.map((it) => this.#client.apply(it.path, it.object)));
  }
}

const isBeingRemoved = (error: unknown): boolean =>
  isRefusal(error, 403, 409) && error.causes.includes("NamespaceTerminating");
