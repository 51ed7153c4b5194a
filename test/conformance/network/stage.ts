import { setTimeout as sleep } from "node:timers/promises";
import { DiscoveryV1Api } from "@kubernetes/client-node";
import { v7 } from "uuid";
import { KubernetesClient } from "../../../api/adapters/kubernetes/api/client.ts";
import type { KubernetesConfig } from "../../../api/adapters/kubernetes/config.ts";
import { namespaceOf, podName, resourceName } from "../../../api/adapters/kubernetes/names.ts";
import {
  namespaceContents,
  namespaceObject,
} from "../../../api/adapters/kubernetes/render/namespace.ts";
import { secretOf } from "../../../api/adapters/kubernetes/render/secret.ts";
import { tcpServiceName } from "../../../api/adapters/kubernetes/render/service.ts";
import { pathOf, renderAll } from "../../../api/adapters/kubernetes/testing/render-all.ts";
import type { Workload } from "../../../api/ports/cluster.ts";
import type { Connection } from "../../support/cluster/connect.ts";
import type { Asker } from "./checks.ts";

export const HTTP = 8080;
export const TCP = 2222;
const MOST_NODES = 3;

interface Standing {
  namespace: string;
  name: string;
  ip: string;
}

/** Two Workspaces with Pods, made by the adapter's own rendering, and Pods of a gateway and of somebody else. */
export interface Stage extends Record<Asker | "sibling" | "neighbour", Standing> {
  http: number;
  tcp: number;
  /** The address of the neighbour's Service for TCP. */
  neighbourService: string;
  neighbourNodePort: number | null;
  nodes: { name: string; ip: string }[];
  apiServers: { ip: string; port: number }[];
  /** Removes everything. */
  remove(): Promise<void>;
}

export interface StageOptions {
  /** Has a shell with `nc` and `nslookup`, such as busybox. */
  image: string;
  /** How long Pods may take to run. */
  patienceMs?: number;
}

// Each answers one connection after the other.
const serve = (port: number) => `while true; do echo ok | nc -l -p ${port}; done`;
const COMMAND = ["sh", "-c", `${serve(HTTP)} & ${serve(TCP)} & wait`];

/** Builds the stage on a cluster; what is there already is left alone. */
export async function buildStage(
  admin: Connection,
  config: KubernetesConfig,
  { image, patienceMs = 120_000 }: StageOptions,
): Promise<Stage> {
  const client = new KubernetesClient(admin.config);
  const [ours, theirs] = [v7(), v7()];
  const plain = [config.gateway.namespace, `${config.namespacePrefix}stranger`];
  const namespaces = [...[ours, theirs].map((it) => namespaceOf(config, it)), ...plain];
  const remove = async () => {
    for (const name of namespaces) await admin.core.deleteNamespace({ name }).catch(() => {});
    await client.close();
  };
  try {
    for (const workspaceId of [ours, theirs]) await applyNamespace(client, config, workspaceId);
    for (const name of plain) await admin.core.createNamespace({ body: { metadata: { name } } });
    const tenant = await applyTenant(client, config, workloadOf(ours, image));
    const sibling = await applyTenant(client, config, workloadOf(ours, image));
    const neighbour = await applyTenant(client, config, workloadOf(theirs, image));
    const [gateway, stranger] = await Promise.all(
      plain.map((namespace) => createPlain(admin, namespace, image)),
    );
    const standing = (pod: PodRef) => untilRunning(admin, pod, patienceMs);
    const service = await admin.core.readNamespacedService({
      namespace: neighbour.namespace,
      name: tcpServiceName(neighbour.resourceId),
    });
    return {
      tenant: await standing(tenant),
      sibling: await standing(sibling),
      neighbour: await standing(neighbour),
      gateway: await standing(gateway!),
      stranger: await standing(stranger!),
      http: HTTP,
      tcp: TCP,
      neighbourService: service.spec!.clusterIP!,
      neighbourNodePort: service.spec!.ports![0]!.nodePort ?? null,
      nodes: await nodesOf(admin),
      apiServers: await apiServersOf(admin),
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

const workloadOf = (workspaceId: string, image: string): Workload => ({
  workspaceId,
  resourceId: v7(),
  generation: 1,
  kind: "container",
  name: "network",
  image,
  command: COMMAND,
  env: [],
  ports: [
    { port: HTTP, protocol: "HTTP" },
    { port: TCP, protocol: "TCP" },
  ],
  size: { vcpu: 1, memoryGib: 1, gpu: null },
  mounts: [],
  maxRestarts: 0,
  accessToken: "unused",
  registryCredentials: null,
});

async function applyNamespace(client: KubernetesClient, config: KubernetesConfig, id: string) {
  for (const { path, object } of [namespaceObject(config, id), ...namespaceContents(config, id)])
    await client.apply(path, object);
}

interface PodRef {
  namespace: string;
  name: string;
}

/** All but the routes of the Gateway, which a cluster need not have for this. */
async function applyTenant(client: KubernetesClient, config: KubernetesConfig, workload: Workload) {
  const namespace = namespaceOf(config, workload.workspaceId);
  const { resourceId } = workload;
  const secret = secretOf(config, workload);
  const { metadata } = await client.apply(pathOf(secret), secret);
  for (const object of renderAll(config, workload, metadata.uid!).others)
    if (object.kind !== "HTTPRoute") await client.apply(pathOf(object), object);
  return { namespace, name: podName(resourceId, 1, 0), resourceId };
}

async function createPlain(
  { core }: Connection,
  namespace: string,
  image: string,
): Promise<PodRef> {
  const containers = [{ name: "main", image, command: COMMAND }];
  const metadata = { name: resourceName("probe") };
  await core.createNamespacedPod({ namespace, body: { metadata, spec: { containers } } });
  return { namespace, name: metadata.name };
}

async function untilRunning(
  { core }: Connection,
  pod: PodRef,
  patienceMs: number,
): Promise<Standing> {
  const { namespace, name } = pod;
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await sleep(200)) {
    const { status } = await core.readNamespacedPod(pod);
    if (status?.phase === "Running" && status.podIP) return { namespace, name, ip: status.podIP };
  }
  throw new Error(`the Pod ${namespace}/${name} does not run after ${patienceMs / 1000} s`);
}

async function nodesOf({ core }: Connection) {
  const { items } = await core.listNode();
  return items.slice(0, MOST_NODES).flatMap(({ metadata, status }) => {
    const ip = status?.addresses?.find(({ type }) => type === "InternalIP")?.address;
    return ip === undefined ? [] : [{ name: metadata!.name!, ip }];
  });
}

/** By its Service, and by its own addresses. */
async function apiServersOf({ core, config }: Connection) {
  const { spec } = await core.readNamespacedService({ namespace: "default", name: "kubernetes" });
  const { items } = await config.makeApiClient(DiscoveryV1Api).listNamespacedEndpointSlice({
    namespace: "default",
    labelSelector: "kubernetes.io/service-name=kubernetes",
  });
  const own = items.flatMap(({ endpoints, ports }) =>
    (endpoints ?? []).flatMap(({ addresses }) =>
      addresses.map((ip) => ({ ip, port: ports?.[0]?.port ?? 6443 })),
    ),
  );
  return [{ ip: spec!.clusterIP!, port: 443 }, ...own];
}
