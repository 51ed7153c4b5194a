import type { KubernetesObject } from "../api/object.ts";
import { LABEL } from "../names.ts";

/** What is kept of a Service of ours: where its TCP ports are reached. */
export interface ServiceFacts {
  namespace: string;
  name: string;
  workspaceId: string;
  resourceId: string;
  removed: boolean;
  /** The resource whose Pods it leads to. */
  leadsTo: string | null;
  /** The type and ports that it serves. */
  type: string;
  ports: number[];
  /** By port of the workload. */
  nodePorts: Map<number, number>;
  loadBalancer: string | null;
}

export function serviceFacts(object: KubernetesObject): ServiceFacts {
  const { spec = {}, status = {} } = object as any;
  const ingress = status.loadBalancer?.ingress?.[0];
  const ports: { port: number; nodePort?: number }[] = spec.ports ?? [];
  const { [LABEL.resource]: leadsTo = null } = spec.selector ?? {};
  return {
    namespace: object.metadata.namespace!,
    name: object.metadata.name,
    workspaceId: object.metadata.labels?.[LABEL.workspace] ?? "",
    resourceId: object.metadata.labels?.[LABEL.resource] ?? "",
    removed: object.metadata.deletionTimestamp !== undefined,
    leadsTo,
    type: spec.type ?? "ClusterIP",
    ports: ports.map(({ port }) => port),
    nodePorts: new Map(
      ports.flatMap(({ port, nodePort }) => (nodePort === undefined ? [] : [[port, nodePort]])),
    ),
    loadBalancer: ingress?.hostname ?? ingress?.ip ?? null,
  };
}
