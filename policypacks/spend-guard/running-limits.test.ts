import { expect, it } from "vitest";
import { resource, unknown } from "@aifactory/policy-kit/testing";
import { runningLimits } from "./running-limits.ts";
import { notebook, said, world } from "./testing/guard.ts";

const run = (maxRunningSeconds: unknown, config: object = { maxRunningSeconds: 3600 }) => {
  const properties = maxRunningSeconds === undefined ? {} : { maxRunningSeconds };
  const program = [resource("GpuContainer", "job", properties as never), notebook()];
  return said(program, config, runningLimits(world));
};

it("RES-7 running-limits refuses containers that run longer than configured, or for ever", async () => {
  expect(await run(undefined, {})).toEqual([]);
  expect(await run(undefined)).toEqual([
    "mandatory job: NO END – maxRunningSeconds is missing, so it runs until somebody stops it; give one of at most 3600.",
  ]);
  expect(await run(null)).toHaveLength(1);
  expect(await run(3601)).toEqual([expect.stringContaining("is 3601; give one of at most 3600")]);
  expect(await run(3600)).toEqual([]);
  expect(await run(unknown)).toEqual([expect.stringContaining("is not known yet")]);
});
