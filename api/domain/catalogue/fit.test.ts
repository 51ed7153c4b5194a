import { expect, test } from "vitest";
import type { NodeCapacity } from "#ports/cluster.ts";
import { afterPlacing, countFitting } from "./fit.ts";

const H100 = "H100 SXM5";
const gpuNode = (gpus: number, vcpu = 96, memoryGib = 1536): NodeCapacity => ({
  gpuModel: H100,
  gpusOnly: false,
  free: { gpus, vcpu, memoryGib },
  total: { gpus: 8, vcpu: 96, memoryGib: 1536 },
});
const cpuNode: NodeCapacity = {
  gpuModel: null,
  gpusOnly: false,
  free: { gpus: 0, vcpu: 64, memoryGib: 256 },
  total: { gpus: 0, vcpu: 64, memoryGib: 256 },
};
const size = (count: number, vcpu = 8, memoryGib = 96) => ({
  gpu: { model: H100, count },
  vcpu,
  memoryGib,
});

test("CAT-3 counts node by node: two halves do not make a whole", () => {
  expect(countFitting([gpuNode(4), gpuNode(4)], size(8))).toBe(0);
  expect(countFitting([gpuNode(4), gpuNode(4)], size(4))).toBe(2);
  expect(countFitting([gpuNode(8), gpuNode(7)], size(2))).toBe(7);
});

test("CAT-3 GPUs of another model do not count", () => {
  expect(countFitting([gpuNode(8)], { ...size(1), gpu: { model: "H200", count: 1 } })).toBe(0);
});

test("CAT-3 a GPU without the CPU or memory beside it is none", () => {
  expect(countFitting([gpuNode(8, 16)], size(1))).toBe(2);
  expect(countFitting([gpuNode(8, 96, 100)], size(1))).toBe(1);
  expect(countFitting([gpuNode(8, 0, 0)], size(1))).toBe(0);
});

test("CAT-3 CPU flavors go by CPU and memory, on every node", () => {
  const cpu = { gpu: null, vcpu: 8, memoryGib: 32 };
  expect(countFitting([cpuNode], cpu)).toBe(8);
  expect(countFitting([cpuNode, gpuNode(0)], cpu)).toBe(8 + 12);
});

test("CAT-3 capacity that is overcommitted is none, not less than none", () => {
  expect(countFitting([gpuNode(-1)], size(1))).toBe(0);
  expect(countFitting([gpuNode(-1), gpuNode(1)], size(1))).toBe(1);
});

test("CAT-3 what was accepted and is not placed goes on the fullest node that takes it", () => {
  const left = afterPlacing([gpuNode(8), gpuNode(3)], [size(2)]);
  expect(left.map((node) => node.free.gpus)).toEqual([8, 1]);
  expect(countFitting(left, size(8))).toBe(1);
});

test("CAT-3 equal ones in a row fill one node after another, whatever comes between them", () => {
  const [one, two] = [size(1), size(2)];
  const gpusLeft = (pending: (typeof one)[]) =>
    afterPlacing([gpuNode(8), gpuNode(2), gpuNode(3)], pending).map((node) => node.free.gpus);
  expect(gpusLeft([one, one, one])).toEqual([8, 0, 2]);
  expect(gpusLeft([one, two, one, one])).toEqual([8, 0, 0]);
  expect(gpusLeft([two, two, one, one])).toEqual([7, 0, 0]);
});

test("CAT-3 what fits nowhere waits and takes nothing", () => {
  const before = [gpuNode(4)];
  const left = afterPlacing(before, [size(8), size(4)]);
  expect(left[0]!.free.gpus).toBe(0);
  expect(before[0]!.free.gpus).toBe(4);
});

test("CAT-3 CPU flavors do not count the nodes that are kept for GPUs, and wait nowhere on them", () => {
  const cpu = { gpu: null, vcpu: 8, memoryGib: 32 };
  const kept = { ...gpuNode(8), gpusOnly: true };
  expect(countFitting([kept], cpu)).toBe(0);
  expect(countFitting([kept], size(1))).toBe(8);
  const [first, second] = afterPlacing([kept, cpuNode], [cpu]);
  expect([first!.free, second!.free.vcpu]).toEqual([kept.free, 56]);
});
