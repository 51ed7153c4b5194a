import type { VolumeRequest, Workload } from "#ports/cluster.ts";
import type { KubernetesClient } from "./api/client.ts";
import type { KubernetesObject } from "./api/object.ts";
import { paths } from "./api/paths.ts";
import { applyVolume } from "./apply-volume.ts";
import type { KubernetesConfig } from "./config.ts";
import { namespaceOf, resourceName } from "./names.ts";
import { bentServices } from "./observe/drift.ts";
import { removeFrom } from "./remove-workload.ts";
import { httpRoutesOf, routeName } from "./render/http-route.ts";
import { tcpPolicyOf } from "./render/tcp-policy.ts";
import { podOf } from "./render/pod.ts";
import { registrySecretName, registrySecretOf, secretOf } from "./render/secret.ts";
import { servicesOf, tcpServiceName } from "./render/service.ts";
import type { ClusterView } from "./view/cluster-view.ts";

export interface Hands {
  client: KubernetesClient;
  config: KubernetesConfig;
  view: ClusterView;
}

interface Request {
  /** Of its mounts those that may not be there yet. */
  volumes: VolumeRequest[];
  /** Of the Pod; null: there is one. */
  attempt: number | null;
}

/** Everything that stands around a workload, then, unless there is one, the Pod: what has a Pod is complete. */
export async function applyWorkload(
  hands: Hands,
  workload: Workload,
  { volumes, attempt }: Request,
): Promise<void> {
  const { client, config, view } = hands;
  const namespace = namespaceOf(config, workload.workspaceId);
  for (const { name } of bentServices(config, workload, view.servicesOf(workload.resourceId)))
    await removeFrom(view.services, client, paths.services(namespace, name), { namespace, name });
  await removeOldRoutes(hands, workload, namespace);
  const secret = secretOf(config, workload);
  const [{ metadata }] = await Promise.all([
    applied(client, paths.secrets, secret),
    ...volumes.map((volume) => applyVolume(hands, volume)),
  ]);
  const anchor = { name: resourceName(workload.resourceId), uid: metadata.uid! };
  await Promise.all([
    ...servicesOf(config, workload, anchor).map(async (service) =>
      view.services.put(await applied(client, paths.services, service)),
    ),
    ...httpRoutesOf(config, workload, anchor).map(async (route) =>
      view.routes.put(await applied(client, paths.httpRoutes, route)),
    ),
    applyRegistrySecret(hands, workload, anchor),
    applyTcpPolicy(hands, workload, anchor),
  ]);
  if (attempt === null) return;
  view.pods.put(await applied(client, paths.pods, podOf(config, workload, { attempt, anchor })));
}

async function removeOldRoutes({ client, view }: Hands, workload: Workload, namespace: string) {
  const { resourceId, ports } = workload;
  const http = ports.filter(({ protocol }) => protocol === "HTTP");
  const wanted = new Set(http.map(({ port }) => routeName(resourceId, port)));
  for (const { name } of view.routesOf(resourceId).filter((it) => !wanted.has(it.name)))
    await removeFrom(view.routes, client, paths.httpRoutes(namespace, name), { namespace, name });
}

type Anchor = { name: string; uid: string };

async function applyRegistrySecret({ client, config }: Hands, workload: Workload, anchor: Anchor) {
  const secret = registrySecretOf(config, workload, anchor);
  if (secret !== null) return void (await applied(client, paths.secrets, secret));
  const namespace = namespaceOf(config, workload.workspaceId);
  const name = registrySecretName(workload.resourceId);
  if (mayHaveHad(workload)) await client.delete(paths.secrets(namespace, name));
}

async function applyTcpPolicy({ client, config }: Hands, workload: Workload, anchor: Anchor) {
  const { workspaceId, resourceId, ports } = workload;
  const tcp = ports.filter(({ protocol }) => protocol === "TCP").map(({ port }) => port);
  if (tcp.length === 0) {
    const namespace = namespaceOf(config, workspaceId);
    const name = tcpServiceName(resourceId);
    if (mayHaveHad(workload)) await client.delete(paths.networkPolicies(namespace, name));
    return;
  }
  const policy = tcpPolicyOf(config, { workspaceId, resourceId, ports: tcp }, anchor);
  await applied(client, paths.networkPolicies, policy);
}

/** An earlier generation may have had what this one does not ask for. */
const mayHaveHad = ({ generation }: Workload): boolean => generation > 1;

function applied(
  client: KubernetesClient,
  path: (namespace: string, name: string) => string,
  object: KubernetesObject,
): Promise<KubernetesObject> {
  return client.apply(path(object.metadata.namespace!, object.metadata.name), object);
}
