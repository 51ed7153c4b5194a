import type { KubernetesConfig } from "./config.ts";

/** Who owns the fields that we apply. */
export const FIELD_MANAGER = "aifactory";

export const LABEL = {
  managedBy: "app.kubernetes.io/managed-by",
  cluster: "aifactory.dev/cluster",
  workspace: "aifactory.dev/workspace",
  resource: "aifactory.dev/resource",
  volume: "aifactory.dev/volume",
  generation: "aifactory.dev/generation",
} as const;

export const ANNOTATION = {
  maxRestarts: "aifactory.dev/max-restarts",
  attempt: "aifactory.dev/attempt",
  provisionedAt: "aifactory.dev/provisioned-at",
  ports: "aifactory.dev/ports",
} as const;

/** The one container of each Pod. */
export const CONTAINER = "main";

/** Everything of ours on this cluster, and nothing of another site's. */
export function ownSelector({ id }: Pick<KubernetesConfig, "id">): string {
  return `${LABEL.managedBy}=${FIELD_MANAGER},${LABEL.cluster}=${id}`;
}

export function namespaceOf(
  { namespacePrefix }: Pick<KubernetesConfig, "namespacePrefix">,
  workspaceId: string,
): string {
  return `${namespacePrefix}ws-${workspaceId}`;
}

/** Whether a thing is this site's: several share a cluster, and others may copy labels. */
export function isOwn(
  config: Pick<KubernetesConfig, "id" | "namespacePrefix">,
  namespace: string | undefined,
  labels: Record<string, string> = {},
): boolean {
  return (
    labels[LABEL.managedBy] === FIELD_MANAGER &&
    labels[LABEL.cluster] === config.id &&
    namespace === namespaceOf(config, labels[LABEL.workspace] ?? "")
  );
}

export const resourceName = (resourceId: string): string => `r-${resourceId}`;
export const volumeName = (volumeId: string): string => `v-${volumeId}`;

/** Where the claim of a volume is. */
export const claimPlace = (
  config: Pick<KubernetesConfig, "namespacePrefix">,
  workspaceId: string,
  volumeId: string,
) => ({ namespace: namespaceOf(config, workspaceId), name: volumeName(volumeId) });

/** A name for each try: what is being removed never stands in its successor's way. */
export function podName(resourceId: string, generation: number, attempt: number): string {
  return `r-${resourceId}-${generation}${attempt === 0 ? "" : `-${attempt}`}`;
}

/** One DNS label holds port and resource, so that one wildcard certificate serves all. */
export function hostOf({ gateway }: KubernetesConfig, resourceId: string, port: number): string {
  return `p${port}-${resourceId}.${gateway.domain}`;
}
