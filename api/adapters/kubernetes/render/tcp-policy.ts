import type { KubernetesConfig } from "../config.ts";
import type { KubernetesObject } from "../api/object.ts";
import { LABEL, namespaceOf } from "../names.ts";
import { labels, ownedBy } from "./labels.ts";
import { tcpServiceName } from "./service.ts";

/** Lets anybody reach the TCP ports of a resource, and only those. */
export function tcpPolicyOf(
  config: KubernetesConfig,
  { workspaceId, resourceId, ports }: { workspaceId: string; resourceId: string; ports: number[] },
  anchor: { name: string; uid: string },
): KubernetesObject {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: {
      name: tcpServiceName(resourceId),
      namespace: namespaceOf(config, workspaceId),
      labels: labels(config, workspaceId, { [LABEL.resource]: resourceId }),
      ownerReferences: ownedBy(anchor),
    },
    spec: {
      podSelector: { matchLabels: { [LABEL.resource]: resourceId } },
      policyTypes: ["Ingress"],
      ingress: [{ ports: ports.map((port) => ({ protocol: "TCP", port })) }],
    },
  };
}
