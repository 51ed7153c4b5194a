import { expect, test } from "vitest";
import { findEmptySets, lintPolicies } from "./lint.ts";
import { allow, CATALOGUE, deny, policy } from "./testing/subjects.ts";
import type { NamedPolicy } from "./statement.ts";

function lint(boundaries: NamedPolicy[], identityPolicies: NamedPolicy[] = []) {
  return lintPolicies({ boundaries, identityPolicies, regions: CATALOGUE });
}

const found = (findings: ReturnType<typeof lint>) =>
  findings.map(({ code, policy: name, index }) => `${code} ${name} ${index}`);

test("POL-6 says nothing of Policies in which every statement matters", () => {
  expect(lint([policy("a", allow("notebook"), deny("notebook", ["tokyo"]))])).toEqual([]);
  expect(lint([], [])).toEqual([]);
});

test("POL-6 finds statements that name no cell", () => {
  const findings = lint([policy("a", allow("notebook"), deny("notebook", ["atlantis"]))]);
  expect(found(findings)).toEqual(["vacuous a 1"]);
  expect(findings[0]?.message).toBe(
    'boundary "a": statement 2 names no action of its Service in any region of the catalogue. Correct or remove it.',
  );
});

test("POL-6 finds statements that others say already, keeping the first of equals", () => {
  expect(found(lint([policy("a", allow("notebook"), allow("notebook"))]))).toEqual([
    "shadowed a 1",
  ]);
  const split = [
    allow("notebook", ["hanoi"]),
    allow("notebook", ["tokyo"]),
    allow("notebook", "*", ["notebook:read"]),
  ];
  const findings = lint([policy("a", ...split)]);
  expect(found(findings)).toEqual(["shadowed a 2"]);
  expect(findings[0]?.by).toEqual([
    { policy: "a", index: 0, source: "boundary" },
    { policy: "a", index: 1, source: "boundary" },
  ]);
  expect(findings[0]?.message).toContain(
    "statement 3 adds nothing: statements 1 and 2 already settle all of it",
  );
  const narrow = policy("a", deny("notebook", ["tokyo"]), allow("notebook"));
  expect(found(lint([narrow, policy("b", deny("notebook", ["tokyo"]))]))).toContain("shadowed b 0");
});

test("POL-6 finds Allows that a Deny takes back, wherever the Deny is attached", () => {
  const findings = lint(
    [policy("a", allow("notebook", ["tokyo"]), allow("container"))],
    [policy("b", allow("container"), deny("notebook"))],
  );
  expect(found(findings)).toEqual(["overridden a 0"]);
  expect(findings[0]?.message).toContain(
    'statement 1 allows nothing: statement 2 of identity policy "b" denies',
  );
});

test("POL-6 an Allow of an identity Policy stands in for none of a boundary", () => {
  expect(lint([policy("a", allow("notebook"))], [policy("b", allow("notebook"))])).toEqual([]);
});

test("POL-3 boundaries that together allow nothing are found", () => {
  const subtract = policy("no-jp", deny("notebook", ["tokyo"]));
  expect(found(lint([subtract]))).toEqual(["boundary_allows_nothing no-jp null"]);
  expect(lint([subtract, policy("all", allow("notebook"))])).toEqual([]);
  expect(found(lint([], [policy("x", deny("inference"))]))).toEqual([
    "identity_allows_nothing x null",
  ]);
});

test("POL-6 blames no more statements than it takes", () => {
  const read = allow("notebook", ["hanoi"], ["notebook:read"]);
  const wide = allow("notebook", ["hanoi"], ["notebook:read", "notebook:access"]);
  const [finding, ...others] = lint([policy("a", read, wide, wide, wide)]);
  expect(found([finding!, ...others])).toEqual(["shadowed a 0", "shadowed a 2", "shadowed a 3"]);
  for (const { by } of others) expect(by.map(({ index }) => index)).toEqual([1]);
  const equals = Array.from({ length: 2000 }, () => wide);
  const findings = lint([policy("many", ...equals)]);
  expect(findings).toHaveLength(1999);
  expect(findings.every(({ by }) => by.length === 1 && by[0]!.index === 0)).toBe(true);
});

test("POL-6 a set that allows nothing is found without its statements", () => {
  const boundaries = [policy("a", allow("notebook"), allow("notebook"), deny("notebook"))];
  const findings = findEmptySets({ boundaries, identityPolicies: [], regions: CATALOGUE });
  expect(found(findings)).toEqual(["boundary_allows_nothing a null"]);
});
