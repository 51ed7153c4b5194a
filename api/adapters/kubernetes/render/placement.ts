import type { Workload } from "#ports/cluster.ts";
import type { KubernetesConfig } from "../config.ts";

/** On a node with the GPUs of the flavor's model; without any, rather on a node that has none. */
export function placementOf({ gpu }: KubernetesConfig, { gpu: wanted }: Workload["size"]): object {
  if (wanted === null) {
    const away = { matchExpressions: [{ key: gpu.label, operator: "DoesNotExist" }] };
    return {
      affinity: {
        nodeAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, preference: away }],
        },
      },
    };
  }
  const values = gpu.products[wanted.model] ?? [wanted.model];
  const product = { matchExpressions: [{ key: gpu.label, operator: "In", values }] };
  return {
    tolerations: [{ key: gpu.resource, operator: "Exists", effect: "NoSchedule" }],
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [product] },
      },
    },
  };
}
