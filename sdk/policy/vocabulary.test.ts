import { expect, test } from "vitest";
import { actionBit } from "./action-mask.ts";
import {
  ACTIONS,
  ALL_ACTIONS,
  isAction,
  isService,
  SERVICES,
  serviceOf,
  verbOf,
} from "./vocabulary.ts";

test("POL-1 every action is named by its Service", () => {
  for (const service of SERVICES) {
    for (const action of ACTIONS[service]) {
      expect(action.startsWith(`${service}:`)).toBe(true);
      expect(serviceOf(action)).toBe(service);
    }
  }
  expect(new Set(ALL_ACTIONS).size).toBe(8 + 10 + 5);
  expect(verbOf("container:create-volume")).toBe("create-volume");
});

test("POL-1 names are exact", () => {
  expect(isAction("notebook:create")).toBe(true);
  for (const name of ["create", "Notebook:create", "notebook:*", "notebook:restart", "", 7]) {
    expect(isAction(name)).toBe(false);
  }
  expect(isService("notebook")).toBe(true);
  expect(isService("toString")).toBe(false);
  expect(serviceOf("gpu:create")).toBeUndefined();
});

test("POL-7 every action has a bit of its own within 31 bits", () => {
  const bits = ALL_ACTIONS.map(actionBit);
  expect(new Set(bits).size).toBe(ALL_ACTIONS.length);
  expect(bits.every((bit) => bit > 0)).toBe(true);
  expect(actionBit("create")).toBe(0);
});
