import { expect, test } from "vitest";
import type { ClaimFacts } from "../view/claim-facts.ts";
import { observeVolume } from "./observe-volume.ts";

const BOUND: ClaimFacts = {
  namespace: "ws",
  name: "v",
  uid: "1",
  version: "1",
  workspaceId: "w",
  volumeId: "v",
  bound: true,
  askedGib: 30,
  sizeGib: 30,
  removed: false,
  statusSince: "2026-11-29T10:01:00.000Z",
  provisionedAt: "2026-11-29T09:00:00.000Z",
};

test("RES-3 a growth is told within the second that Kubernetes tells, so that a minute it begins belongs to the old size", () => {
  expect(observeVolume(BOUND)).toEqual({
    phase: "ready",
    sizeGib: 30,
    provisionedAt: "2026-11-29T09:00:00.000Z",
    sizeSince: "2026-11-29T10:01:00.001Z",
    cause: null,
  });
});

test("RES-3 a volume has its first size since it was provisioned", () => {
  const { provisionedAt, sizeSince } = observeVolume({ ...BOUND, provisionedAt: null });
  expect([provisionedAt, sizeSince]).toEqual([BOUND.statusSince, BOUND.statusSince]);
});

test("RES-3 what is not bound yet has neither size nor beginning", () => {
  const { provisionedAt, sizeSince, phase } = observeVolume({ ...BOUND, bound: false, sizeGib: 0 });
  expect({ provisionedAt, sizeSince, phase }).toEqual({
    provisionedAt: null,
    sizeSince: null,
    phase: "pending",
  });
});
