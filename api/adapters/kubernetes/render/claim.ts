import type { VolumeRequest } from "#ports/cluster.ts";
import type { KubernetesConfig } from "../config.ts";
import type { KubernetesObject } from "../api/object.ts";
import { ANNOTATION, LABEL, namespaceOf, volumeName } from "../names.ts";
import { labels } from "./labels.ts";

/**
 * Persistent storage (RES-3). It has no owner, so that nothing but the database decides about its end, and one Pod at a time
 * mounts it.
 */
export function claimOf(
  config: KubernetesConfig,
  { workspaceId, volumeId, sizeGib }: VolumeRequest,
  provisionedAt: string | null,
): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: {
      name: volumeName(volumeId),
      namespace: namespaceOf(config, workspaceId),
      labels: labels(config, workspaceId, { [LABEL.volume]: volumeId }),
      ...(provisionedAt !== null && {
        annotations: { [ANNOTATION.provisionedAt]: provisionedAt },
      }),
    },
    spec: {
      accessModes: ["ReadWriteOncePod"],
      ...(config.storageClass !== null && { storageClassName: config.storageClass }),
      resources: { requests: { storage: `${sizeGib}Gi` } },
    },
  };
}
