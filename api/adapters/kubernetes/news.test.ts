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
): ("no" | "passing" | "now")[] {
  let now: ObservedWorkload | ObservedVolume | null = null;
  const news = new News(() => now);
  return seen.map((it) => {
    now = it;
    const told = news.of({ object, workspaceId: "w", id: "r" });
    return told === null ? "no" : told.passing ? "passing" : "now";
  });
}

test("RES-5 what is new and waits is no news, whichever of its parts is there; what becomes of it is", () => {
  const around = { ...workload, generation: 0 };
  const starting = { ...workload, phase: "starting" } as const;
  const ready = { ...workload, phase: "ready" } as const;
  expect(told("workload", [around, workload, starting, starting, ready, null])).toEqual([
    "no",
    "no",
    "passing",
    "no",
    "now",
    "now",
  ]);
});

test("RES-4 what has only come some way to be ready may be told a moment later", () => {
  const capacity = { code: "waitingForCapacity", message: "no room" } as const;
  const pull = { code: "imagePull", message: "no such image" } as const;
  const lost = { generation: 1, runningSince: "a", stoppedAt: "b" };
  expect(
    told("workload", [
      { ...workload, cause: capacity },
      { ...workload, phase: "starting", cause: pull },
      { ...workload, phase: "starting", intervals: [lost] },
      { ...workload, phase: "failed", cause: pull },
    ]),
  ).toEqual(["passing", "passing", "now", "now"]);
});

test("RES-5 a Pod that was taken away is news, also where what stands around it is left", () => {
  const ready = { ...workload, phase: "ready" } as const;
  expect(told("workload", [ready, { ...workload, generation: 0 }])).toEqual(["now", "now"]);
});

test("RES-5 a refusal and drift are news, and so is their end", () => {
  const refused = { ...workload, cause: { code: "refused", message: "no" } } as const;
  expect(told("workload", [refused, workload])).toEqual(["now", "passing"]);
  expect(told("workload", [{ ...workload, drifted: true }])).toEqual(["now"]);
});

test("RES-5 in a fight over what stands around a Pod, it is mended now and then, not without a pause", () => {
  const ready = { ...workload, phase: "ready" } as const;
  const drifted = { ...ready, drifted: true } as const;
  expect(told("workload", [ready, drifted, ready, drifted])).toEqual([
    "now",
    "passing",
    "now",
    "passing",
  ]);
});

test("RES-3 a volume is news once it is bound, grown, being removed or gone", () => {
  const bound = { ...volume, phase: "ready", sizeGib: 10, cause: null } as const;
  const growing = { ...bound, phase: "pending" } as const;
  const leaving = { ...bound, phase: "deleting" } as const;
  expect(told("volume", [volume, volume, bound, growing, bound, leaving, null])).toEqual([
    "no",
    "no",
    "passing",
    "passing",
    "passing",
    "now",
    "now",
  ]);
});
