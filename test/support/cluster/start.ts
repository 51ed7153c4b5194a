import { setTimeout as sleep } from "node:timers/promises";
import { clusterBinaries, type Binaries, type ComponentName } from "./binaries.ts";
import { commands, type KubernetesName, type Ports } from "./commands.ts";
import { Component } from "./component.ts";
import { ownServer, servingCertificate, writeCredentials, writeKubeconfig } from "./credentials.ts";
import { newDataFolder, removeDataFolder } from "./data-folder.ts";
import { stablePort } from "./ports.ts";
import { untilReady } from "./ready.ts";
import { startSimulation } from "./simulation.ts";

export interface ClusterOptions {
  /** Waits for the disk at every write, as in production; for benchmarks. */
  durable?: boolean;
}

/** A cluster that tests may use as they like. */
export interface Cluster {
  /** Paths. `admin` may do everything, `controlPlane` what the shipped ClusterRole says. */
  readonly kubeconfigs: { admin: string; controlPlane: string };
  /** A storage class of volumes that bind at once and grow. */
  readonly storageClass: string;
  stop(): Promise<void>;
}

/** A Kubernetes of its own, without nodes (`nodes.ts` adds simulated ones); its storage class is the default one. */
export interface StartedCluster extends Cluster {
  readonly url: string;
  readonly components: Readonly<Record<ComponentName, Component>>;
  /**
   * Kills the API server, its controllers and scheduler, as when the machine of a control plane restarts; answers when the
   * API server is ready again. Left running, the others would try again after ever longer pauses, of up to a minute.
   */
  restartApiServer(options?: { downMs?: number }): Promise<void>;
}

type Kubernetes = Record<KubernetesName, Component>;

/** Starts etcd, the API server, its controllers and KWOK on the loopback; answers when the cluster takes nodes and Pods. */
export async function startCluster(options: ClusterOptions = {}): Promise<StartedCluster> {
  const binaries = await clusterBinaries();
  const folder = newDataFolder();
  const ports = {
    etcd: await stablePort(),
    etcdPeer: await stablePort(),
    apiServer: await stablePort(),
  };
  const kubernetes = programs(binaries, folder, ports, options.durable ?? false);
  const stopKubernetes = async () => {
    // Who writes ends first, so that nobody misses a server that is gone.
    for (const it of Object.values(kubernetes).toReversed()) await it.kill();
    await removeDataFolder(folder);
  };
  try {
    const url = `https://127.0.0.1:${ports.apiServer}`;
    const admin = await startKubernetes(kubernetes, folder, url);
    const storageClass = { name: "standard", isDefault: true };
    const { components, controlPlane, stop } = await startSimulation({
      folder,
      admin,
      server: ownServer(folder, url),
      authority: servingCertificate(folder),
      address: "127.0.0.1",
      storageClass,
    });
    return {
      url,
      kubeconfigs: { admin, controlPlane },
      storageClass: storageClass.name,
      components: { ...kubernetes, ...components },
      async restartApiServer({ downMs = 0 } = {}) {
        const { "kube-apiserver": apiServer, etcd: _, ...controllers } = kubernetes;
        const clients = Object.values(controllers);
        for (const it of [apiServer, ...clients]) await it.kill();
        await sleep(downMs);
        apiServer.start();
        await untilReady(`${url}/readyz`, [apiServer]);
        for (const it of clients) it.start();
      },
      async stop() {
        await stop();
        await stopKubernetes();
      },
    };
  } catch (error) {
    await stopKubernetes();
    throw error;
  }
}

function programs(binaries: Binaries, folder: string, ports: Ports, durable: boolean): Kubernetes {
  const args = commands({ folder, ports, durable });
  const component = (name: keyof Kubernetes) =>
    new Component(name, binaries[name], args[name], folder);
  return {
    etcd: component("etcd"),
    "kube-apiserver": component("kube-apiserver"),
    "kube-controller-manager": component("kube-controller-manager"),
    "kube-scheduler": component("kube-scheduler"),
  };
}

/** Answers the path of the administrator's kubeconfig. */
async function startKubernetes(parts: Kubernetes, folder: string, url: string): Promise<string> {
  const token = writeCredentials(folder);
  parts.etcd.start();
  parts["kube-apiserver"].start();
  await untilReady(`${url}/readyz`, [parts.etcd, parts["kube-apiserver"]]);
  const admin = writeKubeconfig(folder, "admin", ownServer(folder, url), token);
  parts["kube-controller-manager"].start();
  parts["kube-scheduler"].start();
  return admin;
}
