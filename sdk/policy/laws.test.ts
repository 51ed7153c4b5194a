import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Access, Cell } from "./access.ts";
import { listCells } from "./cells.ts";
import { compileAccess } from "./compile.ts";
import { diffAccess } from "./diff.ts";
import { allowedRegions, filterAllowed } from "./filter.ts";
import { judge } from "./judge.ts";
import { lintPolicies } from "./lint.ts";
import type { NamedPolicy } from "./statement.ts";
import type { AccessSubject } from "./subject.ts";
import { REGIONS, SETS, statement, subject } from "./testing/arbitraries.ts";
import type { Action } from "./vocabulary.ts";
import { ALL_ACTIONS } from "./vocabulary.ts";

const runs = { numRuns: SETS };
// One region that nobody names: what is said of all regions holds there too.
const EVERYWHERE = [...REGIONS, "osaka"];
const cells = listCells(EVERYWHERE);
const owns = fc.boolean();

function sweep(access: Access, ownership = { owns: true }): Cell[] {
  return cells.filter(({ action, region }) => access.decide(action, region, ownership));
}

function shuffled(policies: readonly NamedPolicy[]): fc.Arbitrary<NamedPolicy[]> {
  const inside = policies.map(({ name, statements }) =>
    fc
      .shuffledSubarray([...statements], { minLength: statements.length })
      .map((mixed) => ({ name, statements: mixed })),
  );
  return fc.tuple(...inside).chain((all) => fc.shuffledSubarray(all, { minLength: all.length }));
}

function reordered(one: AccessSubject): fc.Arbitrary<AccessSubject> {
  return fc
    .tuple(shuffled(one.boundaries), shuffled(one.identityPolicies))
    .map(([boundaries, identityPolicies]) => ({ ...one, boundaries, identityPolicies }));
}

describe("laws of access", () => {
  test("POL-3 the order of Policies and statements never matters", () => {
    const pair = subject.chain((one) => fc.tuple(fc.constant(one), reordered(one)));
    fc.assert(
      fc.property(pair, owns, ([one, other], owned) => {
        const [a, b] = [compileAccess(one), compileAccess(other)];
        for (const { action, region } of cells) {
          const [before, after] = [a, b].map((access) =>
            access.explain(action, region, { owns: owned }),
          );
          expect(after?.layer).toEqual(before?.layer);
          expect(after?.statements).toHaveLength(before?.statements.length ?? -1);
        }
        expect(sweep(b, { owns: owned })).toEqual(sweep(a, { owns: owned }));
      }),
      runs,
    );
  });

  test("POL-3 adding a Deny never grants, wherever it is added", () => {
    fc.assert(
      fc.property(subject, statement, fc.nat(), (one, added, at) => {
        const deny = { ...added, effect: "Deny" as const };
        const insert = (policies: readonly NamedPolicy[]) =>
          policies.map((policy, index) =>
            index === at % policies.length
              ? { ...policy, statements: policy.statements.toSpliced(at % 3, 0, deny) }
              : policy,
          );
        const before = compileAccess(one);
        const boundary = { ...one, boundaries: insert(one.boundaries) };
        const identity = { ...one, identityPolicies: insert(one.identityPolicies) };
        const apart = {
          ...one,
          boundaries: [...one.boundaries, { name: "new", statements: [deny] }],
        };
        for (const after of [boundary, identity, apart]) {
          expect(diffAccess(before, compileAccess(after)).gained).toEqual([]);
        }
      }),
      runs,
    );
  });

  test("POL-3 adding an Allow to what is attached never takes away", () => {
    fc.assert(
      fc.property(subject, statement, (one, added) => {
        const allow = { ...added, effect: "Allow" as const };
        const extend = (policies: readonly NamedPolicy[]) =>
          policies.map((policy) => ({ ...policy, statements: [allow, ...policy.statements] }));
        const after = {
          ...one,
          boundaries: extend(one.boundaries),
          identityPolicies: extend(one.identityPolicies),
        };
        expect(diffAccess(compileAccess(one), compileAccess(after)).lost).toEqual([]);
      }),
      runs,
    );
  });

  test("POL-2 effective access of all but the Owner lies within the boundary", () => {
    const bound = subject.filter(({ role }) => role !== "Owner");
    fc.assert(
      fc.property(bound, (one) => {
        const ceiling = compileAccess({
          ...one,
          role: "Admin",
          services: "*",
          identityPolicies: [],
        });
        for (const { action, region } of sweep(compileAccess(one))) {
          expect(ceiling.decide(action, region)).toBe(true);
        }
      }),
      runs,
    );
  });

  test("POL-3 listing equals checking one by one", () => {
    const item = fc.record({
      action: fc.constantFrom(...ALL_ACTIONS),
      region: fc.constantFrom(...EVERYWHERE),
      owns: fc.boolean(),
    });
    fc.assert(
      fc.property(subject, fc.array(item, { maxLength: 40, size: "max" }), (one, items) => {
        const access = compileAccess(one);
        const checked = items.filter(
          ({ action, region, owns: own }) =>
            access.explain(action, region, { owns: own }).decision === "allow",
        );
        expect(filterAllowed(access, items, (each) => each)).toEqual(checked);
        for (const { action, owns: own } of items) {
          const regions = EVERYWHERE.filter((region) =>
            access.decide(action, region, { owns: own }),
          );
          expect(allowedRegions(access, action, { owns: own }, EVERYWHERE)).toEqual(regions);
        }
      }),
      runs,
    );
  });

  test("POL-5 explain agrees with decide, in regions outside the catalogue too", () => {
    fc.assert(
      fc.property(subject, owns, (one, owned) => {
        const access = compileAccess(one);
        for (const { action, region } of cells) {
          const { decision, layer } = access.explain(action, region, { owns: owned });
          expect(decision === "allow").toBe(access.decide(action, region, { owns: owned }));
          expect(layer === null).toBe(decision === "allow");
        }
      }),
      runs,
    );
  });

  test("POL-6 diff equals the comparison of two full sweeps", () => {
    fc.assert(
      fc.property(subject, subject, owns, (one, other, owned) => {
        const [before, after] = [compileAccess(one), compileAccess(other)];
        const key = ({ action, region }: Cell) => `${action} ${region}`;
        const inCatalogue = ({ region }: Cell) => region !== "osaka";
        const had = new Set(sweep(before, { owns: owned }).filter(inCatalogue).map(key));
        const has = new Set(sweep(after, { owns: owned }).filter(inCatalogue).map(key));
        const { gained, lost } = diffAccess(before, after, { owns: owned });
        expect(gained.map(key)).toEqual([...has].filter((cell) => !had.has(cell)));
        expect(lost.map(key)).toEqual([...had].filter((cell) => !has.has(cell)));
      }),
      runs,
    );
  });

  test("IAC-7 an unknown is judged as every cell that it can be", () => {
    const maybe = <T>(values: readonly T[]) =>
      fc.option(fc.constantFrom(...values), { nil: undefined });
    fc.assert(
      fc.property(
        subject,
        maybe<Action>(ALL_ACTIONS),
        maybe(EVERYWHERE),
        owns,
        (one, action, region, owned) => {
          const access = compileAccess(one);
          const { verdict, allowed, denied } = judge(access, { action, region, owns: owned });
          const possible = listCells(
            region === undefined ? REGIONS : [region],
            action === undefined ? ALL_ACTIONS : [action],
          );
          const answers = new Set(
            possible.map((cell) => access.decide(cell.action, cell.region, { owns: owned })),
          );
          expect(verdict).toBe(
            answers.size === 2 ? "mixed" : answers.has(true) ? "allowed" : "denied",
          );
          expect(allowed.length + denied.length).toBe(possible.length);
          for (const cell of allowed)
            expect(access.decide(cell.action, cell.region, { owns: owned })).toBe(true);
        },
      ),
      runs,
    );
  });

  test("POL-6 removing every statement that lint finds changes no decision", () => {
    let found = 0;
    fc.assert(
      fc.property(subject, (one) => {
        const findings = lintPolicies(one).filter(({ index }) => index !== null);
        found += findings.length;
        const prune = (policies: readonly NamedPolicy[], source: string) =>
          policies.map(({ name, statements }) => ({
            name,
            statements: statements.filter(
              (_, at) =>
                !findings.some((f) => f.source === source && f.policy === name && f.index === at),
            ),
          }));
        const pruned = {
          ...one,
          boundaries: prune(one.boundaries, "boundary"),
          identityPolicies: prune(one.identityPolicies, "identity"),
        };
        const { gained, lost } = diffAccess(compileAccess(one), compileAccess(pruned));
        expect([...gained, ...lost]).toEqual([]);
      }),
      runs,
    );
    expect(found).toBeGreaterThan(SETS / 10);
  });
});
