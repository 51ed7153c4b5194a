import type { Workload } from "#ports/cluster.ts";
import type { KubernetesObject } from "../api/object.ts";
import { paths } from "../api/paths.ts";
import type { KubernetesConfig } from "../config.ts";
import { resourceName } from "../names.ts";
import { claimOf } from "../render/claim.ts";
import { httpRoutesOf } from "../render/http-route.ts";
import { podOf } from "../render/pod.ts";
import { registrySecretOf, secretOf } from "../render/secret.ts";
import { servicesOf } from "../render/service.ts";
import { tcpPolicyOf } from "../render/tcp-policy.ts";

/** Every object of a workload, as the adapter applies them; `uid` is its Secret's. */
export function renderAll(
  config: KubernetesConfig,
  workload: Workload,
  uid: string = workload.resourceId,
) {
  const { workspaceId, resourceId } = workload;
  const anchor = { name: resourceName(resourceId), uid };
  const tcp = workload.ports.filter((it) => it.protocol === "TCP").map(({ port }) => port);
  const login = registrySecretOf(config, workload, anchor);
  const pod = podOf(config, workload, { attempt: 0, anchor });
  const services = servicesOf(config, workload, anchor);
  const routes = httpRoutesOf(config, workload, anchor);
  const asked = { workspaceId, resourceId, ports: tcp };
  const policies = tcp.length === 0 ? [] : [tcpPolicyOf(config, asked, anchor)];
  const claims = workload.mounts.map(({ volumeId }) =>
    claimOf(config, { workspaceId, volumeId, sizeGib: 1 }, null),
  );
  const secrets = [secretOf(config, workload), ...(login === null ? [] : [login])];
  const others: KubernetesObject[] = [...claims, ...services, ...routes, ...policies, pod];
  return { pod, services, policies, secrets, others, all: [...secrets, ...others] };
}

const PLURALS: Record<string, (namespace: string, name: string) => string> = {
  Secret: paths.secrets,
  PersistentVolumeClaim: paths.claims,
  Service: paths.services,
  HTTPRoute: paths.httpRoutes,
  NetworkPolicy: paths.networkPolicies,
  Pod: paths.pods,
};

export const pathOf = ({ kind, metadata }: KubernetesObject): string =>
  PLURALS[kind!]!(metadata.namespace!, metadata.name);
