import { readFileSync } from "node:fs";
import { KubeConfig } from "@kubernetes/client-node";
import { clusterBinaries } from "./binaries.ts";
import type { ServerEntry } from "./credentials.ts";
import { newDataFolder, removeDataFolder } from "./data-folder.ts";
import { stablePort } from "./ports.ts";
import { startSimulation } from "./simulation.ts";
import type { Cluster } from "./start.ts";

/**
 * Uses a throw-away cluster that somebody else started, by the path of its administrator's kubeconfig. Nodes with GPUs are
 * simulated there too; what asks for no GPU may run as real containers on the cluster's own nodes.
 */
export async function attachCluster(admin: string): Promise<Cluster> {
  const { kwok } = await clusterBinaries(["kwok"]);
  const folder = newDataFolder();
  const storageClass = { name: "aifactory-test", isDefault: false };
  try {
    const simulation = await startSimulation({
      kwok,
      folder,
      admin,
      server: serverOf(admin),
      // Its API server does not find the simulated kubelet: Pods on simulated nodes have neither logs nor commands.
      ports: { kwok: await stablePort(), kubelet: 10_250 },
      storageClass,
    });
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

function serverOf(kubeconfig: string): ServerEntry {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const { server, caData, caFile, skipTLSVerify } = config.getCurrentCluster()!;
  const authority = caData ?? (caFile && readFileSync(caFile).toString("base64"));
  return {
    server,
    ...(authority ? { "certificate-authority-data": authority } : {}),
    ...(skipTLSVerify ? { "insecure-skip-tls-verify": true } : {}),
  };
}
