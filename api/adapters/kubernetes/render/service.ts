import type { Port, Workload } from "#ports/cluster.ts";
import type { KubernetesConfig } from "../config.ts";
import type { KubernetesObject } from "../api/object.ts";
import { LABEL, namespaceOf, resourceName } from "../names.ts";
import { labels, ownedBy } from "./labels.ts";
import { portName } from "./ports.ts";

export const tcpServiceName = (resourceId: string): string => `${resourceName(resourceId)}-tcp`;

type Asked = Pick<Workload, "workspaceId" | "resourceId" | "ports">;

/**
 * One Service for what the Gateway routes to, one for what is reached from outside without it: a node port of an HTTP port
 * would be a way past the check of access. The API server allocates node ports from its configured range.
 */
export function servicesOf(
  config: KubernetesConfig,
  workload: Asked,
  anchor: { name: string; uid: string },
): KubernetesObject[] {
  const of = (protocol: Port["protocol"]) =>
    workload.ports.filter((it) => it.protocol === protocol);
  const [http, tcp] = [of("HTTP"), of("TCP")];
  const { resourceId } = workload;
  const make = (name: string, type: string, ports: Port[]): KubernetesObject => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name,
      namespace: namespaceOf(config, workload.workspaceId),
      labels: labels(config, workload.workspaceId, { [LABEL.resource]: resourceId }),
      ownerReferences: ownedBy(anchor),
    },
    spec: {
      type,
      selector: { [LABEL.resource]: resourceId },
      ports: ports.map((it) => ({
        name: portName(it),
        port: it.port,
        targetPort: it.port,
        protocol: "TCP",
      })),
    },
  });
  return [
    ...(http.length > 0 ? [make(resourceName(resourceId), "ClusterIP", http)] : []),
    ...(tcp.length > 0 ? [make(tcpServiceName(resourceId), config.tcp.type, tcp)] : []),
  ];
}
