import type { KubernetesObject } from "../api/object.ts";
import { LABEL } from "../names.ts";

/** What is kept of an HTTPRoute of ours, to notice what others change. */
export interface RouteFacts {
  namespace: string;
  name: string;
  workspaceId: string;
  resourceId: string;
  removed: boolean;
  host: string | null;
  backend: { name: string; port: number } | null;
}

export function routeFacts(object: KubernetesObject): RouteFacts {
  const { spec = {} } = object as any;
  return {
    namespace: object.metadata.namespace!,
    name: object.metadata.name,
    workspaceId: object.metadata.labels?.[LABEL.workspace] ?? "",
    resourceId: object.metadata.labels?.[LABEL.resource] ?? "",
    removed: object.metadata.deletionTimestamp !== undefined,
    host: spec.hostnames?.length === 1 ? spec.hostnames[0] : null,
    backend: spec.rules?.[0]?.backendRefs?.[0] ?? null,
  };
}
