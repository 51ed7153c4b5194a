/** The regions of the demo, each a cluster of the site on the one Kubernetes, told apart by names and GPUs. */
export const REGIONS = {
  hanoi: { model: "H100 SXM5", product: "NVIDIA-H100-80GB-HBM3" },
  tokyo: { model: "H200 SXM5", product: "NVIDIA-H200" },
} as const;

export type Region = keyof typeof REGIONS;

export const clusterId = (name: string, region: string): string => `${name}-${region}`;

/** Of every namespace of the cluster. */
export const namespacePrefix = (name: string, region: string): string => `${name}-${region}-`;
