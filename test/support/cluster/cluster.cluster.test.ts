import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { connect, type Connection } from "./connect.ts";
import { addNodes } from "./nodes.ts";
import { until } from "./until.ts";

describe("the test cluster", () => {
  const namespace = `support-${randomUUID()}`;
  const gpuModel = `TEST-${randomUUID().slice(0, 8)}`;
  let admin: Connection;
  beforeAll(async () => {
    admin = connect(inject("cluster").kubeconfigs.admin);
    await admin.core.createNamespace({ body: { metadata: { name: namespace } } });
    await addNodes(admin, [
      { name: `gpu-${randomUUID()}`, gpuModel, gpus: 8, cpu: 64, memoryGib: 512 },
    ]);
  });

  const createPod = (name: string, gpus: number) =>
    admin.core.createNamespacedPod({
      namespace,
      body: {
        metadata: { name },
        spec: {
          restartPolicy: "OnFailure",
          nodeSelector: { "nvidia.com/gpu.product": gpuModel },
          containers: [
            {
              name: "main",
              image: "registry.example/trainer:1",
              resources: { limits: { "nvidia.com/gpu": String(gpus) } },
            },
          ],
        },
      },
    });
  const condition = async (name: string, type: string) => {
    const { status } = await admin.core.readNamespacedPod({ name, namespace });
    return status?.conditions?.find((it) => it.type === type);
  };

  test("a Pod becomes ready on a GPU node, and waits when there is no GPU left", async () => {
    await createPod("first", 8);
    await until(
      () => condition("first", "Ready"),
      (it) => it?.status === "True",
    );
    await createPod("second", 1);
    const scheduled = await until(
      () => condition("second", "PodScheduled"),
      (it) => it?.status === "False",
    );
    expect(scheduled).toMatchObject({ reason: "Unschedulable" });
  });
});
