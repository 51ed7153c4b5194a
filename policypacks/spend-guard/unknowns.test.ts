import fc from "fast-check";
import { expect, it } from "vitest";
import { resource, unknown, type ProgramResource } from "@aifactory/policy-kit/testing";
import { parseAmount } from "@aifactory/sdk";
import { said } from "./testing/guard.ts";

const RUNS = Number(process.env["UNKNOWN_CASES"] ?? 1500);

type Value = ProgramResource["properties"][string];

const thing = fc.record({
  kind: fc.constantFrom("Notebook", "GpuContainer"),
  place: fc.nat(1),
  region: fc.constantFrom("hanoi", "tokyo"),
  running: fc.boolean(),
  sizeGib: fc.integer({ min: 1, max: 2000 }),
});
const quota = fc.record({
  place: fc.nat(1),
  period: fc.constantFrom("day", "month"),
  limitUsd: fc.constantFrom("1.00", "60.00", "150.00", "5000.00"),
});
const cases = fc.record({
  things: fc.array(thing, { minLength: 1, maxLength: 4 }),
  quotas: fc.array(quota, { maxLength: 2 }),
});
const holes = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
  minLength: 10,
  maxLength: 10,
});

/** The program as it is in the end. */
function build({ things, quotas }: typeof cases extends fc.Arbitrary<infer Case> ? Case : never) {
  const places = [0, 1].map((at) =>
    resource("Workspace", `w${at}`, { name: `w${at}`, workspaceId: `ws_${at}` }),
  );
  const inside = (kind: string, name: string, place: number, properties: Record<string, Value>) =>
    resource(
      kind,
      name,
      { workspaceId: `ws_${place}`, ...properties },
      { workspaceId: [places[place]!] },
    );
  return [
    ...places,
    ...things.map(({ kind, place, region, running, sizeGib }, at) => {
      const storage = { [kind === "Notebook" ? "homeVolume" : "disk"]: { sizeGib } };
      return inside(kind, `t${at}`, place, { region, flavor: "gpu", running, ...storage });
    }),
    ...quotas.map(({ place, period, limitUsd }, at) =>
      inside("Quota", `q${at}`, place, { period, limitUsd }),
    ),
  ];
}

/** The same program in a preview: some values unknown, at any depth, and some origins with them. */
function previewed(program: readonly ProgramResource[], chances: readonly number[]) {
  let at = 0;
  // From the middle: generators favour the ends.
  const strikes = (share: number) => Math.abs(chances[(at += 1) % chances.length]! - 50) < share;
  const veil = (value: Value): Value => {
    if (strikes(3)) return unknown;
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, veil(each)]));
  };
  return program.map((each) => ({
    ...each,
    properties: Object.fromEntries(
      Object.entries(each.properties).map(([key, value]) => [key, veil(value)]),
    ),
    propertyDependencies: strikes(10) ? {} : each.propertyDependencies,
  }));
}

const totalOf = (lines: readonly string[]) =>
  parseAmount(/ESTIMATE – the program: (\S+) USD/.exec(lines.join("\n"))![1]!);
const overQuota = (lines: readonly string[]) =>
  lines.filter((line) => line.includes("OVER THE QUOTA"));

it(
  "IAC-7 what a preview estimates is never less than what it turns out to be, nor are Quotas passed over",
  { timeout: 60_000 + RUNS * 10 },
  async () => {
    let [refusals, exact] = [0, 0];
    await fc.assert(
      fc.asyncProperty(cases, holes, async (generated, chances) => {
        const program = build(generated);
        const inTheEnd = await said(program);
        const inPreview = await said(previewed(program, chances));
        expect(totalOf(inPreview)).toBeGreaterThanOrEqual(totalOf(inTheEnd));
        if (overQuota(inTheEnd).length > 0) expect(overQuota(inPreview)).not.toEqual([]);
        refusals += overQuota(inTheEnd).length > 0 ? 1 : 0;
        exact += totalOf(inPreview) === totalOf(inTheEnd) ? 1 : 0;
      }),
      { numRuns: RUNS },
    );
    // Estimating the dearest always would be no estimate.
    expect(exact).toBeGreaterThan(RUNS / 20);
    expect(refusals).toBeGreaterThan(RUNS / 10);
  },
);
