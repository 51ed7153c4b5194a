import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { KubeConfig, type Cluster as ServerConfig } from "@kubernetes/client-node";
import type { ServerEntry } from "./credentials.ts";
import { newDataFolder, removeDataFolder } from "./data-folder.ts";
import { startSimulation } from "./simulation.ts";
import type { Cluster } from "./start.ts";

/**
 * Uses a throw-away cluster that somebody else started, by the path of its administrator's kubeconfig, with simulated nodes
 * beside its own. `address` is this machine's as the cluster's API server sees it, so that it finds their kubelet.
 */
export async function attachCluster(kubeconfig: string, address = "127.0.0.1"): Promise<Cluster> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const folder = newDataFolder();
  const storageClass = { name: "aifactory-test", isDefault: false };
  try {
    const admin = write(folder, "admin.kubeconfig", config.exportConfig());
    const cluster = config.getCurrentCluster()!;
    const authority = write(folder, "authority.crt", authorityOf(cluster));
    const server = serverOf(cluster);
    const options = { folder, admin, server, authority, address, storageClass };
    const simulation = await startSimulation(options);
    return {
      kubeconfigs: { admin, controlPlane: simulation.controlPlane },
      storageClass: storageClass.name,
      async stop() {
        await simulation.stop();
        await removeDataFolder(folder);
      },
    };
  } catch (error) {
    await removeDataFolder(folder);
    throw error;
  }
}

/** The one that vouches for the API server to us also vouches for it to kubelets, as kubeadm has it. */
function authorityOf({ caData, server }: ServerConfig): string {
  if (!caData) throw new Error(`The kubeconfig of ${server} needs certificate-authority-data.`);
  return Buffer.from(caData, "base64").toString();
}

const serverOf = ({ server, caData }: ServerConfig): ServerEntry => ({
  server,
  "certificate-authority-data": caData!,
});

function write(folder: string, name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}
