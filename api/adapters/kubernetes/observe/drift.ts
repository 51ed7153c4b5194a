import type { KubernetesConfig } from "../config.ts";
import { hostOf, resourceName } from "../names.ts";
import { tcpServiceName } from "../render/service.ts";
import { routeName } from "../render/http-route.ts";
import type { OwnPod } from "../view/pod-facts.ts";
import type { RouteFacts } from "../view/route-facts.ts";
import type { ServiceFacts } from "../view/service-facts.ts";

/** Whether what must stand around a Pod is missing, or leads elsewhere than we said. */
export function isDrifted(
  config: KubernetesConfig,
  { resourceId, ports }: Pick<OwnPod, "resourceId" | "ports">,
  services: ServiceFacts[],
  routes: RouteFacts[],
): boolean {
  const http = ports.filter(({ protocol }) => protocol === "HTTP").map(({ port }) => port);
  const tcp = ports.filter(({ protocol }) => protocol === "TCP").map(({ port }) => port);
  const serves = (name: string, type: string, wanted: number[]) =>
    wanted.length === 0 ||
    services.some(
      (it) =>
        it.name === name &&
        it.type === type &&
        it.leadsTo === resourceId &&
        wanted.length === it.ports.length &&
        wanted.every((port) => it.ports.includes(port)),
    );
  const routed = (port: number) =>
    routes.some(
      ({ name, host, backend }) =>
        name === routeName(resourceId, port) &&
        host === hostOf(config, resourceId, port) &&
        backend?.name === resourceName(resourceId) &&
        backend.port === port,
    );
  return !(
    serves(resourceName(resourceId), "ClusterIP", http) &&
    serves(tcpServiceName(resourceId), config.tcp.type, tcp) &&
    http.every(routed)
  );
}
