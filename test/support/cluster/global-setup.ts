import type { TestProject } from "vitest/node";
import { attachCluster } from "./attach.ts";
import { startCluster } from "./start.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** One cluster for the whole run; paths of kubeconfigs. */
    cluster: {
      kubeconfigs: { admin: string; controlPlane: string };
      storageClass: string;
      /** Whether it is somebody else's, whose own nodes run real containers. */
      external: boolean;
    };
  }
}

/** Starts the suite's Kubernetes, or uses the one of `KUBECONFIG` where `AIFACTORY_TEST_CLUSTER` is `external`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { AIFACTORY_TEST_CLUSTER, KUBECONFIG } = process.env;
  const external = AIFACTORY_TEST_CLUSTER === "external";
  if (external && !KUBECONFIG)
    throw new Error("AIFACTORY_TEST_CLUSTER=external needs KUBECONFIG: a throw-away cluster's.");
  const cluster = external ? await attachCluster(KUBECONFIG!) : await startCluster();
  const { kubeconfigs, storageClass, stop } = cluster;
  project.provide("cluster", { kubeconfigs, storageClass, external });
  return stop;
}
