import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Workload } from "#ports/cluster.ts";
import { KubernetesRefusal } from "./api/errors.ts";
import { Refusals } from "./refusals.ts";

const workload = { workspaceId: "w", resourceId: "r", generation: 2 } as Workload;
const refuse = () => Promise.reject(new KubernetesRefusal(403, { message: "exceeded quota" }));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("RES-4 a refusal is told at once, and stays until something else comes of another try", async () => {
  const told: string[] = [];
  const refusals = new Refusals(({ id }) => told.push(id));
  await refusals.noting(workload, refuse);
  expect(told).toEqual(["r"]);
  expect(refusals.of("r")).toMatchObject({ generation: 2, phase: "waiting" });
  expect(refusals.of("r")!.drifted).toBeUndefined();

  await vi.advanceTimersByTimeAsync(30_000);
  expect(told).toHaveLength(2);
  expect(refusals.of("r")).toMatchObject({ cause: { code: "refused" }, drifted: true });

  await refusals.noting(workload, refuse);
  expect(refusals.of("r")!.drifted).toBeUndefined();
  await refusals.noting(workload, async () => {});
  expect(refusals.of("r")).toBeNull();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told).toHaveLength(3);
});
