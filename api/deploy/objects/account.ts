import { readFileSync } from "node:fs";
import type { Output, Resource } from "@pulumi/pulumi";
import { core, rbac, type types } from "@pulumi/kubernetes";
import { parse } from "yaml";
import type { Settings } from "../read-settings.ts";
import { labels } from "./place.ts";

const CLUSTER_ROLE = new URL("../cluster-role.yaml", import.meta.url);

/**
 * The replicas' account, with the shipped role where the site has the cluster that they run in. What has no namespace is
 * named after ours, so that a cluster can hold several sites.
 */
export function makeAccount(
  { deployed, namespace: site }: Settings,
  namespace: Output<string>,
): { name: Output<string>; rights: Resource[] } {
  const account = new core.v1.ServiceAccount("control-plane", {
    metadata: { name: "control-plane", namespace, labels: labels() },
    automountServiceAccountToken: false,
  });
  const { name } = account.metadata;
  if (!deployed.inCluster) return { name, rights: [] };
  const { rules } = parse(readFileSync(CLUSTER_ROLE, "utf8")) as {
    rules: types.input.rbac.v1.PolicyRule[];
  };
  const metadata = { name: `${site}-control-plane`, labels: labels() };
  const role = new rbac.v1.ClusterRole("control-plane", { metadata, rules });
  const binding = new rbac.v1.ClusterRoleBinding("control-plane", {
    metadata,
    roleRef: {
      apiGroup: "rbac.authorization.k8s.io",
      kind: "ClusterRole",
      name: role.metadata.name,
    },
    subjects: [{ kind: "ServiceAccount", name, namespace }],
  });
  return { name, rights: [binding] };
}
