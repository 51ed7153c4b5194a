import type { TestProject } from "vitest/node";
import { startCluster } from "./start.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** One cluster for the whole run; paths of kubeconfigs. */
    cluster: { kubeconfigs: { admin: string; controlPlane: string }; storageClass: string };
  }
}

/** Starts the suite's Kubernetes. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { kubeconfigs, storageClass, stop } = await startCluster();
  project.provide("cluster", { kubeconfigs, storageClass });
  return stop;
}
