import { expect, test } from "vitest";
import type { ObjectChange, ObservedVolume, ObservedWorkload } from "#ports/cluster.ts";
import { News } from "./news.ts";

const workload: ObservedWorkload = {
  generation: 1,
  phase: "waiting",
  cause: null,
  exitCode: null,
  restarts: 0,
  intervals: [],
  endpoints: [],
};
const volume: ObservedVolume = {
  phase: "pending",
  sizeGib: 0,
  provisionedAt: null,
  sizeSince: null,
  cause: { code: "volumePending", message: "The storage has not provisioned the volume yet." },
};

/** What is told of an object that is seen like this, one after the other. */
function told(
  object: ObjectChange["object"],
  seen: (ObservedWorkload | ObservedVolume | null)[],
): boolean[] {
  let now: ObservedWorkload | ObservedVolume | null = null;
  const news = new News(() => now);
  return seen.map((it) => {
    now = it;
    return news.isOf({ object, workspaceId: "w", id: "r" });
  });
}

test("RES-5 what is new and waits is no news, whichever of its parts is there; what becomes of it is", () => {
  const around = { ...workload, generation: 0 };
  const starting = { ...workload, phase: "starting" } as const;
  const ready = { ...workload, phase: "ready" } as const;
  expect(told("workload", [around, workload, starting, starting, ready, null])).toEqual([
    false,
    false,
    true,
    false,
    true,
    true,
  ]);
});

test("RES-5 a Pod that was taken away is news, also where what stands around it is left", () => {
  const ready = { ...workload, phase: "ready" } as const;
  expect(told("workload", [ready, { ...workload, generation: 0 }])).toEqual([true, true]);
});

test("RES-5 a refusal, a cause and drift are news, and so is their end", () => {
  const refused = { ...workload, cause: { code: "refused", message: "no" } } as const;
  expect(told("workload", [refused, workload])).toEqual([true, true]);
  expect(told("workload", [{ ...workload, drifted: true }])).toEqual([true]);
});

test("RES-3 a volume is news once it is bound, grown, being removed or gone", () => {
  const bound = { ...volume, phase: "ready", sizeGib: 10, cause: null } as const;
  const growing = { ...bound, phase: "pending" } as const;
  const leaving = { ...bound, phase: "deleting" } as const;
  expect(told("volume", [volume, volume, bound, growing, bound, leaving, null])).toEqual([
    false,
    false,
    true,
    true,
    true,
    true,
    true,
  ]);
});
