import { mkdirSync } from "node:fs";
import { clusterBinaries } from "./binaries.ts";
import { Component } from "./component.ts";
import { logFolder, nodeCommands } from "./commands.ts";
import { connect } from "./connect.ts";
import { writeKubeconfig, type ServerEntry } from "./credentials.ts";
import { installEverything } from "./install.ts";
import { stablePort } from "./ports.ts";
import { startProvisioner } from "./provisioner.ts";
import { untilReady } from "./ready.ts";

export interface SimulationOptions {
  folder: string;
  /** Path of the administrator's kubeconfig. */
  admin: string;
  server: ServerEntry;
  /** File of the certificates that vouch for the API server. */
  authority: string;
  /** Of this machine, as the API server sees it. */
  address: string;
  /** The name of a storage class of ours, and whether it is the cluster's default. */
  storageClass: { name: string; isDefault: boolean };
}

export interface Simulation {
  readonly components: Readonly<Record<"kwok" | "simulated-kubelet", Component>>;
  /** Path of the kubeconfig of an account that may do what the shipped ClusterRole says. */
  readonly controlPlane: string;
  stop(): Promise<void>;
}

/** What tests need of a cluster beside Kubernetes itself: simulated nodes, volumes, the control plane's account. */
export async function startSimulation(options: SimulationOptions): Promise<Simulation> {
  const { folder, admin } = options;
  const connection = connect(admin);
  const binaries = await clusterBinaries(["kwok", "simulated-kubelet"]);
  const token = await installEverything(connection, options.storageClass);
  mkdirSync(logFolder(folder));
  const ports = { kwok: await stablePort(), kubelet: await stablePort() };
  const args = nodeCommands(folder, { ...options, ports });
  const component = (name: keyof typeof args) =>
    new Component(name, binaries[name], args[name], folder);
  const components = {
    kwok: component("kwok"),
    "simulated-kubelet": component("simulated-kubelet"),
  };
  const all = Object.values(components);
  for (const it of all) it.start();
  const stop = async () => {
    for (const it of all) await it.kill();
  };
  try {
    await untilReady(`http://127.0.0.1:${ports.kwok}/healthz`, all);
  } catch (error) {
    await stop();
    throw error;
  }
  const provisioner = startProvisioner(connection);
  return {
    components,
    controlPlane: writeKubeconfig(folder, "control-plane", options.server, token),
    async stop() {
      await provisioner.stop();
      await stop();
    },
  };
}
