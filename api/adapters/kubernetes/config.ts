import type { ClusterConfig } from "#domain/catalogue/schema.ts";

/** A Kubernetes cluster as the site file describes it, and its region. */
export type KubernetesConfig = Extract<ClusterConfig, { kind: "kubernetes" }> & {
  region: string;
};
