import type { Endpoint } from "#ports/cluster.ts";
import type { KubernetesConfig } from "../config.ts";
import { hostOf } from "../names.ts";
import type { OwnPod } from "../view/pod-facts.ts";
import type { ServiceFacts } from "../view/service-facts.ts";

/** Where a workload's ports are reached; a TCP port only once it has an address. */
export function endpointsOf(
  config: KubernetesConfig,
  { resourceId, ports }: Pick<OwnPod, "resourceId" | "ports">,
  services: ServiceFacts[],
): Endpoint[] {
  return ports.flatMap(({ port, protocol }): Endpoint[] => {
    if (protocol === "HTTP")
      return [{ port, protocol, address: `https://${hostOf(config, resourceId, port)}/` }];
    const address = tcpAddress(config, port, services);
    return address === null ? [] : [{ port, protocol, address }];
  });
}

function tcpAddress(
  config: KubernetesConfig,
  port: number,
  services: ServiceFacts[],
): string | null {
  for (const { type, ports, nodePorts, loadBalancer } of services) {
    if (type !== config.tcp.type || !ports.includes(port)) continue;
    if (config.tcp.type === "LoadBalancer") return loadBalancer && `${loadBalancer}:${port}`;
    const nodePort = nodePorts.get(port);
    return nodePort === undefined ? null : `${config.tcp.host}:${nodePort}`;
  }
  return null;
}
