import type { KubernetesConfig } from "../config.ts";
import { hostOf, resourceName } from "../names.ts";
import { tcpServiceName } from "../render/service.ts";
import { routeName } from "../render/http-route.ts";
import type { OwnPod } from "../view/pod-facts.ts";
import type { RouteFacts } from "../view/route-facts.ts";
import type { ServiceFacts } from "../view/service-facts.ts";

type Asked = Pick<OwnPod, "resourceId" | "ports">;

/** Whether what must stand around a Pod is missing, or leads elsewhere than we said. */
export function isDrifted(
  config: KubernetesConfig,
  asked: Asked,
  services: ServiceFacts[],
  routes: RouteFacts[],
): boolean {
  const { resourceId, ports } = asked;
  const wanted = wantedServices(config, asked);
  const isServed = wanted.every(({ name }) => services.some((it) => it.name === name));
  const isRouted = (port: number) =>
    routes.some(
      ({ name, host, backend }) =>
        name === routeName(resourceId, port) &&
        host === hostOf(config, resourceId, port) &&
        backend?.name === resourceName(resourceId) &&
        backend.port === port,
    );
  const http = ports.filter(({ protocol }) => protocol === "HTTP");
  return (
    !isServed ||
    bentServices(config, asked, services).length > 0 ||
    !http.every(({ port }) => isRouted(port))
  );
}

/** Services that serve something else than we said; an apply would keep the ports that others have added. */
export function bentServices(
  config: KubernetesConfig,
  asked: Asked,
  services: ServiceFacts[],
): ServiceFacts[] {
  const wanted = new Map(wantedServices(config, asked).map((it) => [it.name, it]));
  return services.filter(({ name, type, leadsTo, ports }) => {
    const as = wanted.get(name);
    return !(
      as?.type === type &&
      leadsTo === asked.resourceId &&
      as.ports.length === ports.length &&
      as.ports.every((port) => ports.includes(port))
    );
  });
}

function wantedServices(config: KubernetesConfig, { resourceId, ports }: Asked) {
  const of = (protocol: "HTTP" | "TCP") =>
    ports.filter((it) => it.protocol === protocol).map(({ port }) => port);
  return [
    { name: resourceName(resourceId), type: "ClusterIP", ports: of("HTTP") },
    { name: tcpServiceName(resourceId), type: config.tcp.type, ports: of("TCP") },
  ].filter((it) => it.ports.length > 0);
}
