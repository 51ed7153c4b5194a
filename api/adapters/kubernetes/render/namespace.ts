import type { KubernetesConfig } from "../config.ts";
import type { KubernetesObject } from "../api/object.ts";
import { paths } from "../api/paths.ts";
import { namespaceOf } from "../names.ts";
import { labels } from "./labels.ts";
import { networkPoliciesOf } from "./network-policies.ts";

export interface Placed {
  path: string;
  object: KubernetesObject;
}

// Against what runs away, not against customers: their limit is the spending Quota.
const MOST = { pods: "1000", persistentvolumeclaims: "2000", secrets: "3000", services: "3000" };

/** The namespace of a Workspace (ORG-3), before anything is in it. */
export function namespaceObject(config: KubernetesConfig, workspaceId: string): Placed {
  const name = namespaceOf(config, workspaceId);
  const level = config.podSecurity;
  return {
    path: paths.namespaces(name),
    object: {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: {
        name,
        labels: labels(config, workspaceId, {
          "pod-security.kubernetes.io/enforce": level,
          "pod-security.kubernetes.io/enforce-version": "latest",
          "pod-security.kubernetes.io/warn": "restricted",
        }),
      },
    },
  };
}

/** What must be in a Workspace's namespace before its first Pod: no rights, no way to neighbours, limits. */
export function namespaceContents(config: KubernetesConfig, workspaceId: string): Placed[] {
  const namespace = namespaceOf(config, workspaceId);
  const metadata = (name: string) => ({ name, namespace, labels: labels(config, workspaceId) });
  return [
    {
      path: paths.serviceAccounts(namespace, "default"),
      object: {
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: metadata("default"),
        automountServiceAccountToken: false,
      },
    },
    {
      path: paths.resourceQuotas(namespace, "aifactory"),
      object: {
        apiVersion: "v1",
        kind: "ResourceQuota",
        metadata: metadata("aifactory"),
        spec: { hard: MOST },
      },
    },
    {
      path: paths.limitRanges(namespace, "aifactory"),
      object: {
        apiVersion: "v1",
        kind: "LimitRange",
        metadata: metadata("aifactory"),
        spec: {
          limits: [
            {
              type: "Container",
              default: { cpu: "1", memory: "1Gi", "ephemeral-storage": "10Gi" },
              defaultRequest: { cpu: "100m", memory: "128Mi" },
            },
          ],
        },
      },
    },
    ...networkPoliciesOf(config, namespace, metadata).map((object) => ({
      path: paths.networkPolicies(namespace, object.metadata.name),
      object,
    })),
  ];
}
