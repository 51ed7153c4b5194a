import type { Workload } from "#ports/cluster.ts";
import type { KubernetesConfig } from "../config.ts";
import type { KubernetesObject } from "../api/object.ts";
import { hostOf, LABEL, namespaceOf, resourceName } from "../names.ts";
import { labels, ownedBy } from "./labels.ts";

export const routeName = (resourceId: string, port: number): string =>
  `${resourceName(resourceId)}-${port}`;

/** A route of the Gateway for each HTTP port, each under a name of its own. */
export function httpRoutesOf(
  config: KubernetesConfig,
  { workspaceId, resourceId, ports }: Pick<Workload, "workspaceId" | "resourceId" | "ports">,
  anchor: { name: string; uid: string },
): KubernetesObject[] {
  const { namespace, name } = config.gateway;
  return ports
    .filter(({ protocol }) => protocol === "HTTP")
    .map(({ port }) => ({
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "HTTPRoute",
      metadata: {
        name: routeName(resourceId, port),
        namespace: namespaceOf(config, workspaceId),
        labels: labels(config, workspaceId, { [LABEL.resource]: resourceId }),
        ownerReferences: ownedBy(anchor),
      },
      spec: {
        parentRefs: [{ namespace, name }],
        hostnames: [hostOf(config, resourceId, port)],
        rules: [{ backendRefs: [{ name: resourceName(resourceId), port }] }],
      },
    }));
}
