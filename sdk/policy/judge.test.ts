import { expect, test } from "vitest";
import { compileAccess } from "./compile.ts";
import { judge } from "./judge.ts";
import { allow, member, policy } from "./testing/subjects.ts";
import { ACTIONS } from "./vocabulary.ts";

const access = compileAccess(
  member({ boundaries: [policy("vn-only", allow("notebook", ["hanoi"]), allow("container"))] }),
);

test("IAC-7 an unknown region is judged over the whole catalogue", () => {
  expect(judge(access, { action: "notebook:create" })).toEqual({
    verdict: "mixed",
    allowed: [{ action: "notebook:create", region: "hanoi" }],
    denied: [{ action: "notebook:create", region: "tokyo" }],
  });
  expect(judge(access, { action: "container:create" }).verdict).toBe("allowed");
  expect(judge(access, { action: "inference:create" }).verdict).toBe("denied");
});

test("IAC-7 an unknown action is judged over what it can be", () => {
  const within = { actions: ACTIONS.notebook };
  expect(judge(access, { region: "hanoi", within }).verdict).toBe("allowed");
  expect(judge(access, { region: "tokyo", within }).verdict).toBe("denied");
  expect(judge(access, { region: "hanoi" }).verdict).toBe("mixed");
});

test("IAC-7 what can be nothing is denied", () => {
  const nothing = { verdict: "denied", allowed: [], denied: [] };
  expect(judge(access, { action: "container:create", within: { regions: [] } })).toEqual(nothing);
});

test("IAC-7 a known part is judged even where it lies outside of what is expected", () => {
  const within = { regions: ["hanoi"] };
  expect(judge(access, { action: "notebook:create", region: "tokyo", within }).verdict).toBe(
    "denied",
  );
});
