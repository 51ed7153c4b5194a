import { AuthorizationV1Api, type V1ResourceAttributes } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isCode, connect, type Connection } from "../../test/support/cluster/connect.ts";
import { paths } from "../adapters/kubernetes/api/paths.ts";
import { openAdmission } from "../adapters/kubernetes/testing/admission.ts";
import { openTestCluster, type TestCluster } from "../../test/support/cluster/test-cluster.ts";
import { until } from "../../test/support/cluster/until.ts";

let kubernetes: TestCluster;
/** As the control plane, whose account has the shipped ClusterRole and nothing else. */
let account: Connection;
let access: AuthorizationV1Api;
beforeAll(() => {
  kubernetes = openTestCluster();
  account = connect(kubernetes.kubeconfigs.controlPlane);
  access = account.config.makeApiClient(AuthorizationV1Api);
});
afterAll(() => kubernetes?.close());

async function may(verb: string, what: V1ResourceAttributes): Promise<boolean> {
  const body = { spec: { resourceAttributes: { verb, namespace: "kube-system", ...what } } };
  const { status } = await access.createSelfSubjectAccessReview({ body });
  return status!.allowed;
}

const RBAC = "rbac.authorization.k8s.io";
const FORBIDDEN: [verbs: string[], what: V1ResourceAttributes][] = [
  [["*"], { group: "*", resource: "*" }],
  [["get", "list", "watch", "update", "deletecollection"], { resource: "secrets" }],
  [["get", "list", "watch", "create", "update", "patch"], { resource: "configmaps" }],
  [["create"], { resource: "serviceaccounts" }],
  [["create", "patch"], { resource: "serviceaccounts", name: "admin" }],
  [["get", "list", "delete"], { resource: "serviceaccounts", name: "default" }],
  [["create"], { resource: "serviceaccounts", subresource: "token" }],
  [["create", "patch", "bind", "escalate"], { group: RBAC, resource: "clusterroles" }],
  [["create", "patch"], { group: RBAC, resource: "clusterrolebindings" }],
  [["create", "patch", "bind", "escalate"], { group: RBAC, resource: "roles" }],
  [["create", "patch"], { group: RBAC, resource: "rolebindings" }],
  [["impersonate"], { resource: "users" }],
  [["impersonate"], { resource: "groups" }],
  [["impersonate"], { resource: "serviceaccounts" }],
  [["get", "create", "patch", "update", "delete"], { resource: "nodes" }],
  [["get", "create"], { resource: "nodes", subresource: "proxy" }],
  [["get", "create"], { resource: "pods", subresource: "proxy" }],
  [["get", "create"], { resource: "pods", subresource: "attach" }],
  [["get", "create"], { resource: "services", subresource: "proxy" }],
  [["update", "patch"], { resource: "pods", subresource: "ephemeralcontainers" }],
  [["update", "patch"], { resource: "pods", subresource: "status" }],
  [["create"], { resource: "pods", subresource: "binding" }],
  [["update"], { resource: "namespaces", subresource: "finalize" }],
  [["list", "create", "patch", "delete"], { resource: "persistentvolumes" }],
  [["create", "patch", "delete"], { group: "storage.k8s.io", resource: "storageclasses" }],
  [["create", "patch"], { group: "scheduling.k8s.io", resource: "priorityclasses" }],
  [["create", "patch"], { group: "apiextensions.k8s.io", resource: "customresourcedefinitions" }],
  [["create", "patch"], { group: "apiregistration.k8s.io", resource: "apiservices" }],
  [["create", "patch"], { group: "gateway.networking.k8s.io", resource: "gateways" }],
  [["create", "approve"], { group: "certificates.k8s.io", resource: "certificatesigningrequests" }],
  [["create"], { group: "apps", resource: "deployments" }],
  [["create"], { group: "apps", resource: "daemonsets" }],
  [["create"], { group: "batch", resource: "jobs" }],
  ...["validatingwebhookconfigurations", "mutatingwebhookconfigurations"].map(
    (resource): [string[], V1ResourceAttributes] => [
      ["create", "patch"],
      { group: "admissionregistration.k8s.io", resource },
    ],
  ),
];

test.each(FORBIDDEN)("ORG-3 the control plane's account may not %j %j", async (verbs, what) => {
  for (const verb of verbs)
    expect({ verb, may: await may(verb, what) }).toEqual({ verb, may: false });
});

test("ORG-3 what it may not do, the API server refuses", async () => {
  const { core } = account;
  const attempts = {
    "list Secrets": () => core.listSecretForAllNamespaces(),
    "read a Secret": () => core.readNamespacedSecret({ name: "x", namespace: "kube-system" }),
    "make a token": () =>
      core.createNamespacedServiceAccountToken({
        name: "default",
        namespace: "kube-system",
        body: { spec: { audiences: [] } },
      }),
    "reach a kubelet": () => core.connectGetNodeProxyWithPath({ name: "n", path: "pods" }),
    "read configuration": () => core.listConfigMapForAllNamespaces(),
  };
  for (const [what, attempt] of Object.entries(attempts)) {
    const refused = await attempt().then(
      () => false,
      (error) => isCode(error, 403),
    );
    expect({ what, refused }).toEqual({ what, refused: true });
  }
});

test("ORG-3 it makes the account of a namespace where Kubernetes has not got to it, and no other", async () => {
  const { core } = kubernetes.admin;
  const namespace = `${kubernetes.prefix}account`;
  await core.createNamespace({ body: { metadata: { name: namespace } } });
  const admission = await openAdmission(kubernetes.kubeconfigs.controlPlane);
  const apply = (name: string) =>
    admission.apply(paths.serviceAccounts(namespace, name), {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name, namespace },
      automountServiceAccountToken: false,
    });
  // Kubernetes makes it anew at once: we are not always faster.
  await until(
    async () => {
      await core.deleteNamespacedServiceAccount({ name: "default", namespace }).catch(() => {});
      return (await apply("default")).status;
    },
    (status) => status === 201,
  );
  expect((await apply("admin")).status).toBe(403);
  await admission.close();
});
