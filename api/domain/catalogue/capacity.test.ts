import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { ClusterUnavailable, type Cluster, type NodeCapacity } from "#ports/cluster.ts";
import { capacityOf } from "./capacity.ts";

const node = (gpus: number): NodeCapacity => ({
  gpuModel: "H100",
  gpusOnly: false,
  free: { gpus, vcpu: 8, memoryGib: 8 },
  total: { gpus: 8, vcpu: 8, memoryGib: 8 },
});
const clock = async () => new Date(0);

/** A cluster whose answers the test gives, one after another; `null` for none. */
function clusterWith(...answers: (NodeCapacity[] | null)[]) {
  const asked = { times: 0 };
  const capacity = async () => {
    const answer = answers[asked.times++];
    if (!answer) throw new ClusterUnavailable("it does not answer");
    return answer;
  };
  return { cluster: { capacity } as unknown as Cluster, asked };
}

test("CAT-3 a cluster is asked once for many requests within a second", async () => {
  const { cluster, asked } = clusterWith([node(4)], [node(3)]);
  const ask = () => capacityOf(cluster, { clock, fresh: false });
  const answers = await Promise.all([ask(), ask(), ask()]);
  expect(answers.map((it) => it?.nodes)).toEqual([[node(4)], [node(4)], [node(4)]]);
  await ask();
  expect(asked.times).toBe(1);
  expect((await capacityOf(cluster, { clock, fresh: true }))?.nodes).toEqual([node(3)]);
});

test("CAT-3 when it does not answer, what was known of it stands", async () => {
  const { cluster } = clusterWith([node(4)], null);
  await capacityOf(cluster, { clock, fresh: false });
  expect((await capacityOf(cluster, { clock, fresh: true }))?.nodes).toEqual([node(4)]);
});

test("CAT-3 nothing is known of a cluster that never answered, until it does", async () => {
  const { cluster } = clusterWith(null, [node(1)]);
  expect(await capacityOf(cluster, { clock, fresh: false })).toBeNull();
  expect((await capacityOf(cluster, { clock, fresh: false }))?.nodes).toEqual([node(1)]);
});

test("CAT-3 of many who ask a cluster that is silent, only the first wait for it", async () => {
  const cluster = { capacity: () => new Promise(() => {}) } as unknown as Cluster;
  const ask = (fresh: boolean) => capacityOf(cluster, { clock, fresh });
  expect(await Promise.all([ask(false), ask(true)])).toEqual([null, null]);
  const more = Promise.all([ask(false), ask(true)]);
  expect(await Promise.race([more, sleep(1000, "they wait")])).toEqual([null, null]);
});

test("another failure than silence is not hidden", async () => {
  const cluster = { capacity: () => Promise.reject(new TypeError("a defect")) };
  const asked = capacityOf(cluster as unknown as Cluster, { clock, fresh: false });
  await expect(asked).rejects.toThrow("a defect");
});
