import type { Stage } from "./stage.ts";

/** A Pod of the stage that asks. */
export type Asker = "tenant" | "gateway" | "stranger";

/** What is tried: a TCP connection, or the look-up of a name. */
export type Target = { host: string; port: number } | { name: string };

export interface Check {
  from: Asker;
  to: string;
  target: Target;
  expected: "reached" | "blocked";
  /** Who must reach it for "blocked" to mean anything. */
  control: Asker | null;
}

export interface Internet {
  host: string;
  port: number;
}

const METADATA = "169.254.169.254";
const KUBELET = 10_250;

/** Everything that the network rules of a Workspace promise (ORG-3), of the Pods that stand there. */
export function checksOf(stage: Stage, internet: Internet | null): Check[] {
  const { tenant, sibling, neighbour, http, tcp } = stage;
  const blocked = (to: string, host: string, port: number, control: Asker): Check => ({
    from: "tenant",
    to,
    target: { host, port },
    expected: "blocked",
    control,
  });
  const reached = (from: Asker, to: string, target: Target): Check => ({
    from,
    to,
    target,
    expected: "reached",
    control: null,
  });
  const pod = (host: string, port: number) => ({ host, port });
  return [
    reached("gateway", "a tenant's HTTP port", pod(tenant.ip, http)),
    reached("gateway", "a neighbour's HTTP port", pod(neighbour.ip, http)),
    reached("stranger", "a tenant's TCP port", pod(tenant.ip, tcp)),
    reached("stranger", "a neighbour's TCP port", pod(neighbour.ip, tcp)),
    reached("tenant", "the names of the cluster", { name: "kubernetes.default.svc.cluster.local" }),
    ...(internet === null ? [] : [reached("tenant", "the public internet", internet)]),

    { ...blocked("a tenant's HTTP port", tenant.ip, http, "gateway"), from: "stranger" },
    blocked("a neighbour's HTTP port", neighbour.ip, http, "gateway"),
    blocked("a neighbour's TCP port", neighbour.ip, tcp, "stranger"),
    blocked("the same Workspace's HTTP port", sibling.ip, http, "gateway"),
    blocked("a neighbour's Service", stage.neighbourService, tcp, "stranger"),
    ...stage.nodes.flatMap((node) => [
      blocked(`the kubelet of ${node.name}`, node.ip, KUBELET, "stranger"),
      ...(stage.neighbourNodePort === null
        ? []
        : [blocked(`a neighbour by ${node.name}`, node.ip, stage.neighbourNodePort, "stranger")]),
    ]),
    ...stage.apiServers.map(({ ip, port }) => blocked("the API server", ip, port, "stranger")),
    blocked("the metadata of the node", METADATA, 80, "stranger"),
  ];
}
