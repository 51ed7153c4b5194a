import { Component } from "./component.ts";
import { kwokCommand } from "./commands.ts";
import { connect } from "./connect.ts";
import { writeKubeconfig, type ServerEntry } from "./credentials.ts";
import { installEverything } from "./install.ts";
import { startProvisioner } from "./provisioner.ts";
import { untilReady } from "./ready.ts";

export interface SimulationOptions {
  /** The program. */
  kwok: string;
  folder: string;
  /** Path of the administrator's kubeconfig. */
  admin: string;
  server: ServerEntry;
  /** KWOK's own, and the one where nodes say that their kubelet listens. */
  ports: { kwok: number; kubelet: number };
  /** The name of a storage class of ours, and whether it is the cluster's default. */
  storageClass: { name: string; isDefault: boolean };
}

export interface Simulation {
  readonly kwok: Component;
  /** Path of the kubeconfig of an account that may do what the shipped ClusterRole says. */
  readonly controlPlane: string;
  stop(): Promise<void>;
}

/** What tests need of a cluster beside Kubernetes itself: simulated nodes, volumes, the control plane's account. */
export async function startSimulation(options: SimulationOptions): Promise<Simulation> {
  const { folder, admin, ports } = options;
  const connection = connect(admin);
  const token = await installEverything(connection, options.storageClass);
  const kwok = new Component("kwok", options.kwok, kwokCommand(admin, ports), folder);
  kwok.start();
  await untilReady(`http://127.0.0.1:${ports.kwok}/healthz`, [kwok]);
  const provisioner = startProvisioner(connection);
  return {
    kwok,
    controlPlane: writeKubeconfig(folder, "control-plane", options.server, token),
    async stop() {
      await provisioner.stop();
      await kwok.kill();
    },
  };
}
