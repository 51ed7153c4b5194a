import { randomUUID } from "node:crypto";
import { AppsV1Api, AuthorizationV1Api } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { connect, type Connection } from "../../test/support/cluster/connect.ts";
import { addNodes, removeNodes } from "../../test/support/cluster/nodes.ts";
import { until } from "../../test/support/cluster/until.ts";
import { exampleStack, SECRET_KEYS } from "./testing/example-stack.ts";
import { renderedObjects, type KubernetesObject } from "./testing/rendered-objects.ts";
import { serverSideApply } from "./testing/server-side-apply.ts";

describe("the deployment on a real API server", () => {
  const namespace = `deploy-${randomUUID().slice(0, 8)}`;
  const nodes = [1, 2].map((number) => `${namespace}-${number}`);
  let admin: Connection;
  let objects: readonly KubernetesObject[];

  beforeAll(async () => {
    admin = connect(inject("cluster").kubeconfigs.admin);
    ({ objects } = await renderedObjects({ ...exampleStack, namespace }, SECRET_KEYS));
    const size = { gpuModel: null, gpus: 0, cpu: 8, memoryGib: 32 };
    await addNodes(
      admin,
      nodes.map((name) => ({ name, ...size })),
    );
    // A namespace of a dry run would hold nothing.
    expect(await apply(one("Namespace"))).toMatchObject({ status: 201 });
  });
  afterAll(async () => {
    await admin.core.deleteNamespace({ name: namespace });
    for (const it of objects.filter(({ kind }) => kind.startsWith("ClusterRole")))
      await admin.objects.delete(it as never).catch(() => {});
    await removeNodes(admin, nodes);
  });

  const one = (kind: string) => objects.find((it) => it.kind === kind)!;
  const apply = (it: KubernetesObject, dryRun = false) =>
    serverSideApply(admin.config, it, { dryRun });

  test("is accepted, every field of every object, without a warning", async () => {
    for (const object of objects) {
      const { status, warnings, object: answer } = await apply(object, true);
      const told = { status, warnings, message: answer.message };
      expect(told, `${object.kind} ${object.metadata.name}`).toEqual({
        status: object.kind === "Namespace" ? 200 : 201,
        warnings: [],
        message: undefined,
      });
    }
  });

  test("has Pods that its namespace admits, and two of them come up, on different nodes", async () => {
    const privileged = structuredClone(one("Deployment"));
    privileged.spec.template.spec.hostNetwork = true;
    expect((await apply(privileged, true)).warnings.join()).toMatch(/violate PodSecurity/);

    for (const object of objects) await apply(object);
    const apps = admin.config.makeApiClient(AppsV1Api);
    const name = one("Deployment").metadata.name;
    const status = await until(
      async () => (await apps.readNamespacedDeployment({ name, namespace })).status,
      (it) => it?.availableReplicas === 2,
    );
    expect(status?.unavailableReplicas).toBeUndefined();
    const labelSelector = "app.kubernetes.io/component=control-plane";
    const { items } = await admin.core.listNamespacedPod({ namespace, labelSelector });
    expect(new Set(items.map(({ spec }) => spec?.nodeName)).size).toBe(2);
    const migrated = await admin.core.listNamespacedPod({
      namespace,
      labelSelector: "app.kubernetes.io/component=migration",
    });
    expect(migrated.items).toHaveLength(1);
  });

  test("gives its account what the role says, and nothing more", async () => {
    const user = `system:serviceaccount:${namespace}:control-plane`;
    const may = async (verb: string, resource: string) => {
      const spec = { user, resourceAttributes: { verb, resource, namespace: "default" } };
      const reviews = admin.config.makeApiClient(AuthorizationV1Api);
      const body = { spec };
      return (await reviews.createSubjectAccessReview({ body })).status?.allowed;
    };
    await until(
      () => may("create", "pods"),
      (it) => it === true,
    );
    expect(await may("get", "secrets")).toBe(false);
    expect(await may("delete", "nodes")).toBe(false);
  });
});
