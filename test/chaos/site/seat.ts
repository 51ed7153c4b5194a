import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import type { ReplicaProcess } from "../../simulation/site/replica-pool.ts";
import { startFaultProxy, type FaultProxy } from "./fault-proxy.ts";
import type { World } from "./world.ts";

/** As long as a replica that says nothing keeps its clusters; the product's own is 8 s. */
export const LEASE_MS = 3000;
const OPERATOR_TOKEN = "aifop_chaos";
const DEFAULT_SITE = new URL("../../../api/domain/catalogue/default-site.json", import.meta.url);

export interface SeatOptions {
  name: string;
  databaseUrl: string;
  clusterId: string;
  prefix: string;
  gpuModel: string;
}

/** One of the replicas of a site: processes come and go in it, behind a proxy of its own to the API server. */
export class Seat {
  readonly name: string;
  readonly proxy: FaultProxy;
  readonly #world: World;
  readonly #databaseUrl: string;
  readonly #siteFile: string;
  #replica: ReplicaProcess | null = null;
  #paused = false;

  static async make(world: World, options: SeatOptions): Promise<Seat> {
    return new Seat(world, options, await startFaultProxy(world.cluster.kubeconfigs.controlPlane));
  }

  private constructor(world: World, options: SeatOptions, proxy: FaultProxy) {
    this.name = options.name;
    this.proxy = proxy;
    this.#world = world;
    this.#databaseUrl = options.databaseUrl;
    this.#siteFile = writeSiteFile(world, options, proxy.url);
  }

  /** Where it listens; null while nobody answers there. */
  get port(): number | null {
    return this.#paused ? null : (this.#replica?.port ?? null);
  }

  async revive(): Promise<void> {
    this.#replica = this.#world.replicas.take();
    await this.#replica.open({
      do: "open",
      databaseUrl: this.#databaseUrl,
      siteFile: this.#siteFile,
      operatorToken: OPERATOR_TOKEN,
      leaseMs: LEASE_MS,
    });
  }

  async kill(): Promise<void> {
    this.#paused = false;
    await this.#replica?.kill();
  }

  pause(): void {
    this.#paused = true;
    this.#replica!.pause();
  }

  resume(): void {
    this.#replica!.resume();
    this.#paused = false;
  }

  /** Drains; the process is somebody's again. */
  async close(): Promise<void> {
    const replica = this.#replica!;
    if (await replica.close()) this.#world.replicas.giveBack(replica);
    else throw new Error(`replica ${this.name} did not drain within 20 s`);
  }
}

export const operatorToken = OPERATOR_TOKEN;

/** The default site with one region, whose cluster is reached through the proxy. */
function writeSiteFile({ cluster, folder }: World, options: SeatOptions, url: string): string {
  const { name, clusterId, prefix, gpuModel } = options;
  const kubeconfig = write(
    join(folder, `${clusterId}-${name}.kubeconfig`),
    throughProxy(cluster.kubeconfigs.controlPlane, url),
  );
  const site = JSON.parse(readFileSync(DEFAULT_SITE, "utf8"));
  const [hanoi] = site.regions;
  hanoi.clusters = [
    {
      id: clusterId,
      kind: "kubernetes",
      kubeconfig,
      namespacePrefix: prefix,
      gpu: { products: { "H100 SXM5": [gpuModel] } },
      gateway: { namespace: "gateway", name: "public", domain: "hanoi.gpu.example" },
      tcp: { type: "NodePort", host: "tcp.hanoi.gpu.example" },
    },
  ];
  const here = <T extends { regions: string[] }>(list: T[]) =>
    list
      .filter(({ regions }) => regions.includes("hanoi"))
      .map((it) => ({ ...it, regions: ["hanoi"] }));
  const file = {
    ...site,
    regions: [hanoi],
    flavors: here(site.flavors),
    storage: here(site.storage),
  };
  return write(join(folder, `${clusterId}-${name}.json`), file);
}

function throughProxy(kubeconfig: string, server: string): object {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  return {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "proxy",
    // The client takes plain HTTP only from who says so.
    clusters: [{ name: "proxy", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "proxy", user: { token: config.getCurrentUser()!.token } }],
    contexts: [{ name: "proxy", context: { cluster: "proxy", user: "proxy" } }],
  };
}

function write(path: string, content: object): string {
  writeFileSync(path, JSON.stringify(content), { mode: 0o600 });
  return path;
}
