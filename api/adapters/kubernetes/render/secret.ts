import type { Workload } from "#ports/cluster.ts";
import type { KubernetesConfig } from "../config.ts";
import type { KubernetesObject } from "../api/object.ts";
import { LABEL, namespaceOf, resourceName } from "../names.ts";
import { labels, ownedBy } from "./labels.ts";

export const ACCESS_TOKEN_KEY = "access-token";
export const envKey = (name: string): string => `env.${name}`;
export const registrySecretName = (resourceId: string): string =>
  `${resourceName(resourceId)}-registry`;

/** Access token and secret environment of a resource, and the owner of what stands around it. */
export function secretOf(config: KubernetesConfig, workload: Workload): KubernetesObject {
  const { workspaceId, resourceId, accessToken, env } = workload;
  const secrets = env.filter(({ secret }) => secret);
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: resourceName(resourceId),
      namespace: namespaceOf(config, workspaceId),
      labels: labels(config, workspaceId, { [LABEL.resource]: resourceId }),
    },
    type: "Opaque",
    data: {
      [ACCESS_TOKEN_KEY]: base64(accessToken),
      ...Object.fromEntries(secrets.map(({ name, value }) => [envKey(name), base64(value)])),
    },
  };
}

/** What the kubelet presents to the registry; null where there is nothing to present. */
export function registrySecretOf(
  config: KubernetesConfig,
  { workspaceId, resourceId, registryCredentials }: Workload,
  anchor: { name: string; uid: string },
): KubernetesObject | null {
  if (registryCredentials === null) return null;
  const { server, username, password } = registryCredentials;
  const auth = base64(`${username}:${password}`);
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: registrySecretName(resourceId),
      namespace: namespaceOf(config, workspaceId),
      labels: labels(config, workspaceId, { [LABEL.resource]: resourceId }),
      ownerReferences: ownedBy(anchor),
    },
    type: "kubernetes.io/dockerconfigjson",
    data: {
      ".dockerconfigjson": base64(
        JSON.stringify({ auths: { [server]: { username, password, auth } } }),
      ),
    },
  };
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");
