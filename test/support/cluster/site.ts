import type { KubernetesConfig } from "../../../api/adapters/kubernetes/config.ts";
import { clusterConfig } from "../../../api/domain/catalogue/schema.ts";

/** A cluster as a site file has it, every default filled in. */
export function kubernetesConfig({
  id,
  kubeconfig,
  products,
  region = "hanoi",
  ...more
}: {
  id: string;
  kubeconfig: string;
  products: Record<string, string[]>;
  region?: string;
} & Partial<KubernetesConfig>): KubernetesConfig {
  const parsed = clusterConfig.parse({
    id,
    kind: "kubernetes",
    kubeconfig,
    gpu: { products },
    gateway: { namespace: "gateway", name: "public", domain: "hanoi.gpu.example" },
    tcp: { type: "NodePort", host: "tcp.hanoi.gpu.example" },
    ...more,
  });
  if (parsed.kind !== "kubernetes") throw new Error("not reached");
  return { ...parsed, region };
}
