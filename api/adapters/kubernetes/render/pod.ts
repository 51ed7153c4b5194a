import type { Workload } from "#ports/cluster.ts";
import type { KubernetesConfig } from "../config.ts";
import type { KubernetesObject } from "../api/object.ts";
import {
  ANNOTATION,
  CONTAINER,
  LABEL,
  namespaceOf,
  podName,
  resourceName,
  volumeName,
} from "../names.ts";
import { environmentOf } from "./environment.ts";
import { labels, ownedBy } from "./labels.ts";
import { placementOf } from "./placement.ts";
import { portsAnnotation, portName } from "./ports.ts";
import { registrySecretName } from "./secret.ts";

const GRACE_SECONDS = 30;
// Jupyter's images run as this user, and share files with this group.
const NOTEBOOK_USER = { runAsUser: 1000, runAsGroup: 100 } as const;
const NOTEBOOK_FILES = 100;
const OTHER_FILES = 1000;
// Root keeps what package managers and servers need; raw packets would let it speak as its neighbours.
const ROOT_DROPS = ["NET_RAW", "MKNOD"];

export interface Attempt {
  attempt: number;
  /** The Secret that owns it. */
  anchor: { name: string; uid: string };
}

/**
 * The Pod of one generation of a workload: bare, for its successor is made only when it is verifiably gone; without any right
 * in the cluster.
 */
export function podOf(
  config: KubernetesConfig,
  workload: Workload,
  { attempt, anchor }: Attempt,
): KubernetesObject {
  const { workspaceId, resourceId, generation, kind, maxRestarts } = workload;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: podName(resourceId, generation, attempt),
      namespace: namespaceOf(config, workspaceId),
      labels: labels(config, workspaceId, {
        "app.kubernetes.io/name": kind,
        [LABEL.resource]: resourceId,
        [LABEL.generation]: String(generation),
      }),
      annotations: {
        [ANNOTATION.attempt]: String(attempt),
        [ANNOTATION.maxRestarts]: String(maxRestarts),
        [ANNOTATION.ports]: portsAnnotation(workload.ports),
      },
      ownerReferences: ownedBy(anchor),
    },
    spec: {
      restartPolicy: "OnFailure",
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: GRACE_SECONDS,
      securityContext: podSecurityContext(config, workload),
      ...placementOf(config, workload.size),
      ...(config.priorityClass !== null && { priorityClassName: config.priorityClass }),
      ...(workload.registryCredentials !== null && {
        imagePullSecrets: [{ name: registrySecretName(resourceId) }],
      }),
      containers: [containerOf(config, workload)],
      volumes: volumesOf(workload),
    },
  };
}

function containerOf(config: KubernetesConfig, workload: Workload) {
  const { kind, image, command, mounts, ports } = workload;
  return {
    name: CONTAINER,
    image,
    // What a neighbour's password has brought to the node is for those who have it too; catalogue images are the operator's.
    imagePullPolicy: kind === "container" ? "Always" : "IfNotPresent",
    ...(command !== null && { command }),
    env: environmentOf(workload, resourceName(workload.resourceId)),
    ports: ports.map((it) => ({
      name: portName(it),
      containerPort: it.port,
      protocol: "TCP",
    })),
    resources: resourcesOf(config, workload),
    securityContext: {
      privileged: false,
      allowPrivilegeEscalation: false,
      capabilities: { drop: strict(config, workload) ? ["ALL"] : ROOT_DROPS },
    },
    volumeMounts: [
      { name: "shm", mountPath: "/dev/shm" },
      ...mounts.map(({ volumeId, mountPath }) => ({ name: volumeName(volumeId), mountPath })),
    ],
    ...(kind === "notebook" && healthOf(ports[0]!.port)),
  };
}

/** Root is for containers alone, where the operator allows it. */
const strict = ({ podSecurity }: KubernetesConfig, { kind }: Workload): boolean =>
  podSecurity === "restricted" || kind === "notebook";

function podSecurityContext(config: KubernetesConfig, workload: Workload) {
  const notebook = workload.kind === "notebook";
  return {
    ...(strict(config, workload) && { runAsNonRoot: true }),
    ...(notebook && NOTEBOOK_USER),
    fsGroup: notebook ? NOTEBOOK_FILES : OTHER_FILES,
    fsGroupChangePolicy: "OnRootMismatch",
    seccompProfile: { type: "RuntimeDefault" },
  };
}

// Requests and limits are equal, so that nobody lives off a neighbour. Temporary storage is limited, not reserved.
function resourcesOf({ gpu, temporaryStorageGib }: KubernetesConfig, { size }: Workload) {
  const fixed = {
    cpu: String(size.vcpu),
    memory: `${size.memoryGib}Gi`,
    ...(size.gpu !== null && { [gpu.resource]: String(size.gpu.count) }),
  };
  return {
    requests: { ...fixed, "ephemeral-storage": "0" },
    limits: { ...fixed, "ephemeral-storage": `${temporaryStorageGib}Gi` },
  };
}

function volumesOf({ mounts, size }: Workload) {
  return [
    // Counts as memory of the workload; the usual 64 MiB are too few for data loaders.
    {
      name: "shm",
      emptyDir: { medium: "Memory", sizeLimit: `${Math.ceil(size.memoryGib / 2)}Gi` },
    },
    ...mounts.map(({ volumeId }) => ({
      name: volumeName(volumeId),
      persistentVolumeClaim: { claimName: volumeName(volumeId) },
    })),
  ];
}

/**
 * JupyterLab answers `/api` without a token once it serves. What is not ready is not charged (BIL-1), so a process that only
 * holds its GPUs is ended: after ten minutes, for a server that is busy comes back.
 */
function healthOf(port: number) {
  const httpGet = { path: "/api", port };
  return {
    startupProbe: { httpGet, periodSeconds: 2, failureThreshold: 900, timeoutSeconds: 5 },
    readinessProbe: { httpGet, periodSeconds: 10, failureThreshold: 3, timeoutSeconds: 5 },
    livenessProbe: { httpGet, periodSeconds: 30, failureThreshold: 20, timeoutSeconds: 5 },
  };
}
