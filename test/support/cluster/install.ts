import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadAllYaml, type KubernetesObject } from "@kubernetes/client-node";
import { connect, isCode, type Connection } from "./connect.ts";
import { installDefinitions } from "./definitions.ts";
import { PROVISIONER } from "./provisioner.ts";

const CLUSTER_ROLE = join(import.meta.dirname, "../../../api/deploy/cluster-role.yaml");
const SYSTEM_NAMESPACE = "aifactory-system";
const ACCOUNT = "aifactory";
const DAY_SECONDS = 86_400;

/** What a cluster of ours has before anything is asked of it: storage classes, and the control plane's account. */
export async function installEverything(
  admin: string,
): Promise<{ controlPlaneToken: string; storageClass: string }> {
  const connection = connect(admin);
  await installDefinitions(connection);
  for (const object of [...storageClasses(), ...account()]) await install(connection, object);
  const { status } = await connection.core.createNamespacedServiceAccountToken({
    namespace: SYSTEM_NAMESPACE,
    name: ACCOUNT,
    body: { spec: { audiences: [], expirationSeconds: DAY_SECONDS } },
  });
  return { controlPlaneToken: status!.token!, storageClass: "standard" };
}

/** Creates an object; one that is there already stays as it is. */
async function install({ objects }: Connection, object: KubernetesObject): Promise<void> {
  try {
    await objects.create(object);
  } catch (error) {
    if (!isCode(error, 409)) throw error;
  }
}

/** The account of the control plane, which may do what the shipped ClusterRole says and no more. */
function account(): KubernetesObject[] {
  const role = loadAllYaml(readFileSync(CLUSTER_ROLE, "utf8")) as KubernetesObject[];
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: SYSTEM_NAMESPACE } },
    {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: ACCOUNT, namespace: SYSTEM_NAMESPACE },
    },
    ...role,
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: ACCOUNT },
      roleRef: {
        apiGroup: "rbac.authorization.k8s.io",
        kind: "ClusterRole",
        name: role[0]!.metadata!.name,
      },
      subjects: [{ kind: "ServiceAccount", name: ACCOUNT, namespace: SYSTEM_NAMESPACE }],
    } as KubernetesObject,
  ];
}

/** `standard` binds at once; `standard-wait` when the first Pod of a claim is placed, as many clouds have it. */
function storageClasses(): KubernetesObject[] {
  const modes = { standard: "Immediate", "standard-wait": "WaitForFirstConsumer" };
  return Object.entries(modes).map(([name, volumeBindingMode]) => ({
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: {
      name,
      annotations: {
        "storageclass.kubernetes.io/is-default-class": String(name === "standard"),
      },
    },
    provisioner: PROVISIONER,
    allowVolumeExpansion: true,
    volumeBindingMode,
    reclaimPolicy: "Delete",
  }));
}
