import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KubernetesConfig } from "../../../api/adapters/kubernetes/config.ts";
import defaultSite from "../../../api/domain/catalogue/default-site.json" with { type: "json" };
import { connect } from "../../support/cluster/connect.ts";
import { addNodes } from "../../support/cluster/nodes.ts";
import { kubernetesConfig } from "../../support/cluster/site.ts";
import { startCluster } from "../../support/cluster/start.ts";
import { processorTime } from "./processor-time.ts";

export const FLAVOR = "h100-sxm5-1";
const REGION = "hanoi";
/** What everybody is asked for, in the API's words. */
export const notebookRequest = (number: number) => ({
  name: `notebook-${number}`,
  region: REGION,
  flavor: FLAVOR,
  image: "jupyter-base",
  homeVolume: { sizeGib: 10 },
});

const MODEL = "H100 SXM5";
const PRODUCT = "NVIDIA-H100-80GB-HBM3";

/** A Kubernetes that waits for its disk, with room for so many notebooks of one GPU, and a site file that names it. */
export interface Stage {
  readonly config: KubernetesConfig;
  /** The path of the administrator's kubeconfig. */
  readonly admin: string;
  readonly siteFile: string;
  /** A folder for what is started on it. */
  readonly folder: string;
  /** Seconds of processor time that Kubernetes and its simulated nodes have taken. */
  processorTime(): number;
  stop(): Promise<void>;
}

export async function openStage(notebooks: number, gpusOfNode: number): Promise<Stage> {
  const cluster = await startCluster({ durable: true });
  const folder = mkdtempSync(join(tmpdir(), "aifactory-bench-"));
  const stop = async () => {
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const node = {
      gpuModel: PRODUCT,
      gpus: gpusOfNode,
      cpu: 12 * gpusOfNode,
      memoryGib: 192 * gpusOfNode,
    };
    const count = Math.ceil(notebooks / gpusOfNode) + 1;
    const nodes = Array.from({ length: count }, (_, at) => ({ ...node, name: `gpu-${at}` }));
    await addNodes(connect(cluster.kubeconfigs.admin), nodes);
    const config = kubernetesConfig({
      id: "hanoi-1",
      kubeconfig: cluster.kubeconfigs.controlPlane,
      products: { [MODEL]: [PRODUCT] },
      region: REGION,
    });
    const siteFile = join(folder, "site.json");
    writeFileSync(siteFile, JSON.stringify(siteOn(config)));
    const parts = Object.values(cluster.components);
    return {
      config,
      admin: cluster.kubeconfigs.admin,
      siteFile,
      folder,
      processorTime: () => parts.reduce((sum, { pid }) => sum + processorTime(pid), 0),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The default site's region on the cluster, and no other. */
function siteOn({ region, ...cluster }: KubernetesConfig): unknown {
  const { site, regions, flavors, storage, ...offers } = defaultSite;
  return {
    ...offers,
    site: { ...site, autoCreateOrganization: true },
    regions: regions.flatMap((it) => (it.id === region ? { ...it, clusters: [cluster] } : [])),
    flavors: flavors.filter(({ id }) => id === FLAVOR),
    storage: storage.map((it) => ({ ...it, regions: [region] })),
  };
}
