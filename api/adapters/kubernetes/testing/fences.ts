import type { V1Container, V1EnvVar, V1Pod, V1PodSpec, V1Volume } from "@kubernetes/client-node";
import type { Workload } from "#ports/cluster.ts";
import type { KubernetesConfig } from "../config.ts";
import { resourceName, volumeName } from "../names.ts";

interface Context {
  config: KubernetesConfig;
  workload: Workload;
}

// The API server adds these to every Pod.
const DEFAULT_TOLERATIONS = new Set([
  "node.kubernetes.io/not-ready",
  "node.kubernetes.io/unreachable",
]);
const GPU_ENVIRONMENT = {
  with: { NVIDIA_GDS: "disabled", NVIDIA_NVSWITCH: "disabled", NVIDIA_VISIBLE_DEVICES: undefined },
  without: { NVIDIA_VISIBLE_DEVICES: "void" },
};

/** What of a Pod lets a tenant past its fence; nothing when all holds (ORG-3). */
export function gapsInPod(pod: V1Pod, context: Context): string[] {
  const { config, workload } = context;
  const spec = pod.spec!;
  const [container] = spec.containers as [V1Container];
  return named({
    "an object of another tenant": pod.metadata!.namespace !== namespaceFor(context),
    "another owner than its Secret": !ownedBySecret(pod, workload.resourceId),
    "foreign labels or annotations": !ownMetadata(pod),
    "more than one container":
      spec.containers.length !== 1 || !!spec.initContainers || !!spec.ephemeralContainers,
    "a token of the cluster": spec.automountServiceAccountToken !== false,
    "an account of its own": !["default", undefined].includes(spec.serviceAccountName),
    "namespaces of the node": !!(spec.hostNetwork || spec.hostPID || spec.hostIPC),
    "addresses of the neighbours' Services": spec.enableServiceLinks !== false,
    "a choice of nodes": !ownPlacement(spec, config),
    "another priority": (spec.priorityClassName ?? null) !== config.priorityClass,
    "another runtime": spec.runtimeClassName !== undefined || !!spec.shareProcessNamespace,
    "foreign volumes": !(spec.volumes ?? []).every((it) => ownVolume(it, workload)),
    ...gapsInContainer(container, context),
    ...gapsInUser(spec, container, context),
  });
}

function gapsInContainer(container: V1Container, { config, workload }: Context) {
  const { limits = {}, requests = {} } = container.resources!;
  const same = ["cpu", "memory", config.gpu.resource].every((it) => limits[it] === requests[it]);
  return {
    "another image": container.image !== workload.image,
    "a neighbour's image": workload.kind === "container" && container.imagePullPolicy !== "Always",
    "ports of the node": (container.ports ?? []).some((it) => it.hostPort || it.hostIP),
    "environment of the cluster": !!container.envFrom || !container.env!.every(isPlain),
    "secrets of others": !container.env!.every((it) => isOwnSecret(it, workload)),
    "a variable twice":
      new Set(container.env!.map(({ name }) => name)).size !== container.env!.length,
    "GPUs that nobody gave": !hasOwnGpus(container, { config, workload }),
    "more than it asked for": !same || limits["ephemeral-storage"] === undefined,
    "GPUs that nobody pays": workload.kind === "notebook" && !container.livenessProbe,
    "devices or hooks": !!container.volumeDevices || !!container.lifecycle,
  };
}

function gapsInUser(spec: V1PodSpec, container: V1Container, { config, workload }: Context) {
  const strict = config.podSecurity === "restricted" || workload.kind === "notebook";
  const own = container.securityContext!;
  const dropped = own.capabilities?.drop ?? [];
  return {
    privilege: own.privileged !== false || own.allowPrivilegeEscalation !== false,
    "capabilities of the node":
      !!own.capabilities?.add || !dropped.includes(strict ? "ALL" : "NET_RAW"),
    "an open /proc": own.procMount !== undefined && own.procMount !== "Default",
    "every system call": spec.securityContext?.seccompProfile?.type !== "RuntimeDefault",
    root: strict && spec.securityContext?.runAsNonRoot !== true,
    "another user":
      spec.securityContext?.runAsUser !== (workload.kind === "notebook" ? 1000 : undefined),
    "system settings": !!spec.securityContext?.sysctls,
  };
}

function hasOwnGpus({ env, resources }: V1Container, { config, workload }: Context): boolean {
  const { gpu } = workload.size;
  const asked = gpu === null ? undefined : String(gpu.count);
  const said = Object.entries(GPU_ENVIRONMENT[gpu === null ? "without" : "with"]);
  return (
    resources!.limits![config.gpu.resource] === asked &&
    said.every(([name, value]) => env!.find((it) => it.name === name)?.value === value)
  );
}

const isPlain = ({ valueFrom }: V1EnvVar): boolean =>
  valueFrom === undefined || Object.keys(valueFrom).join() === "secretKeyRef";
const isOwnSecret = ({ valueFrom }: V1EnvVar, { resourceId }: Workload): boolean =>
  valueFrom === undefined || valueFrom.secretKeyRef?.name === resourceName(resourceId);

function ownVolume(volume: V1Volume, { mounts }: Workload): boolean {
  const { name, emptyDir, persistentVolumeClaim, ...others } = volume;
  if (Object.values(others).some((it) => it !== undefined)) return false;
  if (emptyDir !== undefined) return name === "shm" && emptyDir.medium === "Memory";
  return mounts.some((it) => volumeName(it.volumeId) === persistentVolumeClaim?.claimName);
}

function ownPlacement(spec: V1PodSpec, { gpu }: KubernetesConfig): boolean {
  const foreign = (spec.tolerations ?? []).filter(
    ({ key = "" }) => key !== gpu.resource && !DEFAULT_TOLERATIONS.has(key),
  );
  const terms =
    spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
      ?.nodeSelectorTerms ?? [];
  const keys = terms.flatMap((it) => it.matchExpressions ?? []).map(({ key }) => key);
  return (
    spec.nodeSelector === undefined &&
    foreign.length === 0 &&
    spec.affinity?.podAffinity === undefined &&
    keys.every((key) => key === gpu.label)
  );
}

function ownMetadata({ metadata }: V1Pod): boolean {
  const own = /^(app\.kubernetes\.io\/(managed-by|name)|aifactory\.dev\/[a-z-]+)$/;
  const { labels = {}, annotations = {} } = metadata!;
  return Object.keys({ ...labels, ...annotations }).every((key) => own.test(key));
}

function ownedBySecret({ metadata }: V1Pod, resourceId: string): boolean {
  const [owner, ...others] = metadata!.ownerReferences ?? [];
  return owner?.kind === "Secret" && owner.name === resourceName(resourceId) && others.length === 0;
}

const namespaceFor = ({ config, workload }: Context): string =>
  `${config.namespacePrefix}ws-${workload.workspaceId}`;

const named = (gaps: Record<string, boolean>): string[] =>
  Object.keys(gaps).filter((name) => gaps[name]);
