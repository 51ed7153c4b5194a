import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CODES, statusOf } from "./problem.ts";

const API = join(import.meta.dirname, "..");
const sources = readdirSync(API, { recursive: true, encoding: "utf8" }).filter(
  (name) => name.endsWith(".ts") && !name.endsWith(".test.ts"),
);

test("RBAC-8 every 403 is made as a refusal, which says what refused and what would allow it", () => {
  const forbidding = CODES.filter((code) => statusOf(code) === 403);
  expect(forbidding.length).toBeGreaterThan(6);
  const text = sources.map((name) => readFileSync(join(API, name), "utf8")).join("\n");
  for (const code of forbidding) {
    expect(text, code).not.toMatch(new RegExp(`new \\w*Error\\(\\s*"${code}"`));
    expect(text, code).toContain(`"${code}"`);
  }
});
