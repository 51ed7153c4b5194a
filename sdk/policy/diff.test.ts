import { expect, test } from "vitest";
import { compileAccess } from "./compile.ts";
import { diffAccess } from "./diff.ts";
import { allow, deny, member, policy } from "./testing/subjects.ts";

const create = ["notebook:create"] as const;

test("POL-8 an edit gains and loses cells, listed one by one", () => {
  const before = member({ boundaries: [policy("p", allow("notebook", ["hanoi"], create))] });
  const after = member({ boundaries: [policy("p", allow("notebook", ["tokyo"], create))] });
  expect(diffAccess(compileAccess(before), compileAccess(after))).toEqual({
    gained: [{ action: "notebook:create", region: "tokyo" }],
    lost: [{ action: "notebook:create", region: "hanoi" }],
  });
});

test("POL-8 attaching the first boundary only loses, detaching it only gains", () => {
  const free = compileAccess(member());
  const bound = compileAccess(member({ boundaries: [policy("none", deny("notebook"))] }));
  expect(diffAccess(free, bound).gained).toEqual([]);
  expect(diffAccess(free, bound).lost).toHaveLength(23 * 2);
  expect(diffAccess(bound, free).gained).toHaveLength(23 * 2);
});

test("POL-6 a change of role shows on what others own", () => {
  const [asMember, asAdmin] = [compileAccess(member()), compileAccess(member({ role: "Admin" }))];
  expect(diffAccess(asMember, asAdmin)).toEqual({ gained: [], lost: [] });
  expect(diffAccess(asMember, asAdmin, { owns: false }).gained).toHaveLength((23 - 3) * 2);
});
