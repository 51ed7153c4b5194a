import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { expect, test } from "vitest";

const sources = readdirSync(import.meta.dirname).filter(
  (name) => name.endsWith(".ts") && !name.endsWith(".test.ts"),
);

test("POL-7 the evaluator depends on nothing but itself, and loads synchronously", () => {
  expect(sources.length).toBeGreaterThan(20);
  for (const name of sources) {
    const source = readFileSync(join(import.meta.dirname, name), "utf8");
    const imported = [...source.matchAll(/\bfrom\s+["']([^"']+)["']|\bimport\(/g)].map(
      ([, from]) => from,
    );
    for (const from of imported)
      expect(
        sources.map((file) => `./${file}`),
        name,
      ).toContain(from);
    expect(source, name).not.toMatch(/^await |\bprocess\.|\brequire\(/m);
  }
});

test("POL-7 CommonJS loads the evaluator through require", () => {
  const require = createRequire(import.meta.url);
  const { compileAccess, ALL_ACTIONS, OPERATIONS } =
    require("@aifactory/sdk/policy") as typeof import("./index.ts");
  const access = compileAccess({
    role: "Member",
    services: "*",
    boundaries: [],
    identityPolicies: [],
    regions: ["hanoi"],
  });
  expect(ALL_ACTIONS.every((action) => access.decide(action, "hanoi"))).toBe(true);
  expect(Object.keys(OPERATIONS).length).toBeGreaterThan(0);
});
