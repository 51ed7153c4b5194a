import { expect, test } from "vitest";
import type { ObservedWorkload } from "#ports/cluster.ts";
import { seen, unready } from "../testing/pods.ts";
import { observeWorkload } from "./observe-workload.ts";

const before: ObservedWorkload = {
  generation: 1,
  phase: "ready",
  cause: null,
  exitCode: null,
  restarts: 0,
  intervals: [{ generation: 1, runningSince: "2026-11-29T09:01:00.000Z", stoppedAt: null }],
  endpoints: [],
};
/** Hours after its start, by a process that has not seen it ready. */
const look = (nodeAway: boolean, recorded: ObservedWorkload | null, createdAt?: string) =>
  observeWorkload([seen({ status: unready("2026-11-29T12:00:00Z"), createdAt })], recorded, {
    circumstances: () => ({
      nodeGone: false,
      nodeAway,
      now: new Date("2026-11-29T12:01:00Z"),
      startDeadlineSeconds: 1800,
    }),
    lostAt: () => null,
    endpoints: [],
    departed: [],
  });

test("RES-4 what was recorded as ready is no start that fails, whoever looks", () => {
  expect(look(false, before)).toMatchObject({ phase: "notReady", cause: { code: "unhealthy" } });
  expect(look(true, before)).toMatchObject({ phase: "notReady", cause: { code: "nodeLost" } });
});

test("RES-4 another Pod of its generation that was ready excuses no start", () => {
  expect(look(false, before, "2026-11-29T11:00:00Z").phase).toBe("failed");
  expect(look(false, null).phase).toBe("failed");
});
