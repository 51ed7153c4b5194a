import { setTimeout as sleep } from "node:timers/promises";
import { clusterBinaries, type ComponentName } from "./binaries.ts";
import { commands } from "./commands.ts";
import { Component } from "./component.ts";
import { servingCertificate, writeCredentials, writeKubeconfig } from "./credentials.ts";
import { newDataFolder, removeDataFolder } from "./data-folder.ts";
import { installEverything } from "./install.ts";
import { writeKubeletConfig } from "./kubelet-config.ts";
import { stablePort } from "./ports.ts";
import { startProvisioner } from "./provisioner.ts";
import { isReady } from "./ready.ts";

const READY_MS = 60_000;

export interface ClusterOptions {
  /** Waits for the disk at every write, as in production; for benchmarks. */
  durable?: boolean;
}

/** A Kubernetes of its own, without nodes (`nodes.ts` adds simulated ones). */
export interface StartedCluster {
  readonly url: string;
  /** Paths. `admin` may do everything, `controlPlane` what the shipped ClusterRole says. */
  readonly kubeconfigs: { admin: string; controlPlane: string };
  readonly components: Readonly<Record<ComponentName, Component>>;
  /** The storage class of volumes that bind at once and grow; the default one. */
  readonly storageClass: string;
  /** Kills the API server and starts it again after a pause; answers when it is ready. */
  restartApiServer(options?: { downMs?: number }): Promise<void>;
  stop(): Promise<void>;
}

/** Starts etcd, the API server, both controllers and KWOK on the loopback; answers when the cluster takes Pods. */
export async function startCluster(options: ClusterOptions = {}): Promise<StartedCluster> {
  const binaries = await clusterBinaries();
  const folder = newDataFolder();
  const ports = {
    etcd: await stablePort(),
    etcdPeer: await stablePort(),
    apiServer: await stablePort(),
    kubelet: await stablePort(),
  };
  const args = commands({ folder, ports, durable: options.durable ?? false });
  const component = (name: ComponentName) =>
    new Component(name, binaries[name], args[name], folder);
  const components = {
    etcd: component("etcd"),
    "kube-apiserver": component("kube-apiserver"),
    "kube-controller-manager": component("kube-controller-manager"),
    "kube-scheduler": component("kube-scheduler"),
    kwok: component("kwok"),
  };
  const all = Object.values(components);
  const stopAll = async () => {
    // What writes first, so that nobody complains of a server that is gone.
    for (const it of all.toReversed()) await it.kill();
    await removeDataFolder(folder);
  };

  const url = `https://127.0.0.1:${ports.apiServer}`;
  const readyz = `${url}/readyz`;
  try {
    const token = writeCredentials(folder);
    components.etcd.start();
    components["kube-apiserver"].start();
    await untilReady(readyz, [components.etcd, components["kube-apiserver"]]);
    const ca = servingCertificate(folder);
    const admin = writeKubeconfig(folder, "admin", { server: url, token, ca });
    components["kube-controller-manager"].start();
    components["kube-scheduler"].start();
    writeKubeletConfig(folder);
    const { controlPlaneToken, storageClass } = await installEverything(admin);
    components.kwok.start();
    await untilReady(`https://127.0.0.1:${ports.kubelet}/healthz`, all);
    const controlPlane = writeKubeconfig(folder, "control-plane", {
      server: url,
      token: controlPlaneToken,
      ca,
    });
    const provisioner = startProvisioner(admin);
    return {
      url,
      kubeconfigs: { admin, controlPlane },
      components,
      storageClass,
      async restartApiServer({ downMs = 0 } = {}) {
        await components["kube-apiserver"].kill();
        await sleep(downMs);
        components["kube-apiserver"].start();
        await untilReady(readyz, [components["kube-apiserver"]]);
      },
      async stop() {
        await provisioner.stop();
        await stopAll();
      },
    };
  } catch (error) {
    const tails = all.filter((it) => it.started).map((it) => it.tail());
    await stopAll();
    throw new Error(`The test cluster did not start: ${String(error)}\n${tails.join("\n")}`, {
      cause: error,
    });
  }
}

async function untilReady(url: string, needed: Component[]): Promise<void> {
  for (const deadline = Date.now() + READY_MS; Date.now() < deadline; await sleep(50)) {
    if (await isReady(url)) return;
    const ended = needed.find((it) => !it.running);
    if (ended !== undefined) throw new Error(`${ended.name} ended`);
  }
  throw new Error(`${url} was not ready within a minute`);
}
