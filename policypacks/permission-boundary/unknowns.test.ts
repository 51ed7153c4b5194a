import fc from "fast-check";
import { expect, it } from "vitest";
import type { Statement } from "@aifactory/sdk/policy";
import {
  resource,
  unknown as UNKNOWN,
  type ProgramResource as AnalyzedResource,
} from "@aifactory/policy-kit/testing";
import { refused } from "./testing/judge.ts";

type Properties = AnalyzedResource["properties"];
type Value = Properties[string];

const RUNS = Number(process.env["UNKNOWN_CASES"] ?? 2000);

const statement: fc.Arbitrary<Statement> = fc.record({
  effect: fc.constantFrom("Allow" as const, "Allow" as const, "Deny" as const),
  service: fc.constant("notebook" as const),
  regions: fc.constantFrom("*" as const, ["hanoi"], ["tokyo"], ["hanoi", "tokyo"]),
  actions: fc.constantFrom("*" as const, ["notebook:create" as const], ["notebook:read" as const]),
});

/** How much of a program a preview does not know, as a number for each place. */
const holes = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
  minLength: 12,
  maxLength: 12,
});

interface Case {
  readonly policies: readonly (readonly Statement[])[];
  /** Pairs of a Workspace and a Policy, by number; the last says whether it is of a membership. */
  readonly attachments: readonly (readonly [number, number, boolean])[];
  /** Judge for the member that identity policies are attached to; otherwise for one who has none. */
  readonly isPrincipal: boolean;
  readonly notebooks: readonly (readonly [number, "hanoi" | "tokyo"])[];
}

const cases: fc.Arbitrary<Case> = fc.record({
  policies: fc.array(fc.array(statement, { minLength: 1, maxLength: 3 }), {
    minLength: 1,
    maxLength: 3,
  }),
  isPrincipal: fc.boolean(),
  attachments: fc.array(fc.tuple(fc.nat(1), fc.nat(2), fc.boolean()), { maxLength: 4 }),
  notebooks: fc.array(fc.tuple(fc.nat(1), fc.constantFrom("hanoi" as const, "tokyo" as const)), {
    minLength: 1,
    maxLength: 3,
  }),
});

/** The program as it is in the end. */
function build({ policies, attachments, notebooks }: Case): AnalyzedResource[] {
  const workspaces = [0, 1].map((at) =>
    resource("Workspace", `w${at}`, { name: `w${at}`, workspaceId: `ws_${at}` }),
  );
  const made = policies.map((statements, at) =>
    resource("Policy", `p${at}`, {
      name: `p${at}`,
      policyId: `pol_${at}`,
      statements: statements as unknown as Value,
    }),
  );
  const joined = attachments.map(([place, which, isIdentity], at) => {
    const index = which % made.length;
    const ids = { workspaceId: `ws_${place}`, policyId: `pol_${index}` };
    const from = { workspaceId: [workspaces[place]!], policyId: [made[index]!] };
    return resource(
      "PolicyAttachment",
      `a${at}`,
      isIdentity ? { ...ids, userId: "usr_1" } : ids,
      from,
    );
  });
  const wanted = notebooks.map(([place, region], at) =>
    resource(
      "Notebook",
      `n${at}`,
      { workspaceId: `ws_${place}`, region },
      { workspaceId: [workspaces[place]!] },
    ),
  );
  return [...workspaces, ...made, ...joined, ...wanted];
}

/** The same program in a preview: some values unknown, at any depth, and some origins with them. */
function previewed(
  program: readonly AnalyzedResource[],
  chances: readonly number[],
): AnalyzedResource[] {
  let at = 0;
  const strikes = (share: number) => chances[(at += 1) % chances.length]! < share;
  const veil = (value: Value): Value => {
    if (strikes(0.12)) return UNKNOWN;
    if (Array.isArray(value)) return value.map(veil);
    if (typeof value !== "object" || value === null) return value;
    return veilAll(value);
  };
  const veilAll = (properties: Properties): Properties =>
    Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, veil(value)]));
  return program.map((each) => ({
    ...each,
    properties: veilAll(each.properties),
    propertyDependencies: strikes(0.3) ? {} : each.propertyDependencies,
  }));
}

/** An attachment knows the Workspace that its id comes from, a notebook the id itself: they may be the same one. */
const UNKNOWN_ORIGIN: [Case, number[]] = [
  {
    policies: [
      [
        { effect: "Deny", service: "notebook", regions: "*", actions: "*" },
        { effect: "Allow", service: "notebook", regions: "*", actions: "*" },
      ],
      [{ effect: "Allow", service: "notebook", regions: "*", actions: "*" }],
    ],
    isPrincipal: false,
    attachments: [[1, 0, false]],
    notebooks: [[1, "hanoi"]],
  },
  [0, 0, 0, 0, 0, 0, 0, 0.3, 0.12, 0.12, 0, 0],
];

it(
  "IAC-7 what a preview lets through with unknowns, is let through when they are known",
  { timeout: 60_000 + RUNS * 10 },
  async () => {
    let [judged, sure] = [0, 0];
    await fc.assert(
      fc.asyncProperty(cases, holes, async (generated, chances) => {
        const program = build(generated);
        const config = generated.isPrincipal ? { principal: { userId: "usr_1" } } : {};
        const inTheEnd = [...(await refused(program, config)).keys()];
        const inPreview = await refused(previewed(program, chances), config);
        for (const name of inTheEnd) expect(inPreview.has(name)).toBe(true);
        judged += generated.notebooks.length;
        sure += generated.notebooks.length - inPreview.size;
      }),
      { numRuns: RUNS, examples: [UNKNOWN_ORIGIN] },
    );
    // Refusing everything would be no judgement.
    expect(sure).toBeGreaterThan(judged / 20);
  },
);
