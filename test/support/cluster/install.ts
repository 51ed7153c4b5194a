import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadAllYaml, type KubernetesObject } from "@kubernetes/client-node";
import { isCode, type Connection } from "./connect.ts";
import { installDefinitions } from "./definitions.ts";
import { PROVISIONER } from "./provisioner.ts";

const CLUSTER_ROLE = join(import.meta.dirname, "../../../api/deploy/cluster-role.yaml");
const SYSTEM_NAMESPACE = "aifactory-system";
const ACCOUNT = "aifactory";
const DAY_SECONDS = 86_400;

/**
 * Installs what tests ask of a cluster: kinds, storage classes, the control plane's account. Answers a token of the account
 * for a day.
 */
export async function installEverything(
  connection: Connection,
  storageClass: { name: string; isDefault: boolean },
): Promise<string> {
  await installDefinitions(connection);
  for (const object of [...storageClasses(storageClass), ...account()])
    await install(connection, object);
  const { status } = await connection.core.createNamespacedServiceAccountToken({
    namespace: SYSTEM_NAMESPACE,
    name: ACCOUNT,
    body: { spec: { audiences: [], expirationSeconds: DAY_SECONDS } },
  });
  return status!.token!;
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

/** One binds at once; its `-wait` when the first Pod of a claim is placed, as many clouds have it. */
function storageClasses(wanted: { name: string; isDefault: boolean }): KubernetesObject[] {
  const modes = { [wanted.name]: "Immediate", [`${wanted.name}-wait`]: "WaitForFirstConsumer" };
  return Object.entries(modes).map(([name, volumeBindingMode]) => {
    const isDefault = wanted.isDefault && name === wanted.name;
    const annotations = { "storageclass.kubernetes.io/is-default-class": String(isDefault) };
    return {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name, annotations },
      provisioner: PROVISIONER,
      allowVolumeExpansion: true,
      volumeBindingMode,
      reclaimPolicy: "Delete",
    };
  });
}
