import type { TestProject } from "vitest/node";
import { attachCluster } from "./attach.ts";
import { startCluster, type Cluster } from "./start.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** One cluster for the whole run; paths of kubeconfigs. */
    cluster: { kubeconfigs: { admin: string; controlPlane: string }; storageClass: string };
  }
}

/** Starts the suite's Kubernetes, or uses the one of `KUBECONFIG` where `AIFACTORY_TEST_CLUSTER` is `external`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { kubeconfigs, storageClass, stop } = await open();
  project.provide("cluster", { kubeconfigs, storageClass });
  return stop;
}

function open(): Promise<Cluster> {
  const { AIFACTORY_TEST_CLUSTER, AIFACTORY_TEST_NODE_ADDRESS, KUBECONFIG } = process.env;
  if (AIFACTORY_TEST_CLUSTER !== "external") return startCluster();
  if (!KUBECONFIG)
    throw new Error("AIFACTORY_TEST_CLUSTER=external needs KUBECONFIG: a throw-away cluster's.");
  return attachCluster(KUBECONFIG, AIFACTORY_TEST_NODE_ADDRESS);
}
