import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OpenedCluster } from "./open-cluster.ts";
import { clusterId, namespacePrefix, REGIONS, type Region } from "./names.ts";

const DEFAULT = new URL("../../../api/domain/catalogue/default-site.json", import.meta.url);

/** The shipped site with its simulators replaced by the cluster: same flavors, images and prices. Answers the file's path. */
export function writeSiteFile(
  stack: AsyncDisposableStack,
  name: string,
  cluster: OpenedCluster,
): string {
  const site = JSON.parse(readFileSync(DEFAULT, "utf8")) as { regions: { id: Region }[] };
  const regions = site.regions.map((region) => ({
    ...region,
    clusters: [clusterEntry(name, region.id, cluster)],
  }));
  const folder = mkdtempSync(join(tmpdir(), "aifactory-demo-site-"));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "site.json");
  writeFileSync(path, JSON.stringify({ ...site, regions }, null, 2));
  return path;
}

function clusterEntry(name: string, region: Region, cluster: OpenedCluster): object {
  const { model, product } = REGIONS[region];
  const domain = `${region}.gpu.example.com`;
  return {
    id: clusterId(name, region),
    kind: "kubernetes",
    kubeconfig: cluster.kubeconfig,
    namespacePrefix: namespacePrefix(name, region),
    gpu: { products: { [model]: [product] } },
    storageClass: cluster.storageClass,
    gateway: { namespace: "gateway", name: "public", domain },
    tcp: { type: "NodePort", host: `tcp.${domain}` },
  };
}
