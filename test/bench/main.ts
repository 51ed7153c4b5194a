import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { BenchOptions, BenchResult } from "./result.ts";

/** The benchmarks; each file exports one function that measures against a floor or a peer in the same run. */
const BENCHES: Record<
  string,
  () => Promise<{ default: (options: BenchOptions) => Promise<BenchResult> }>
> = {
  api: () => import("./api.ts"),
  billing: () => import("./billing.ts"),
  policy: () => import("./policy.ts"),
  provisioning: () => import("./provisioning.ts"),
  site: () => import("./site.ts"),
  standing: () => import("./standing.ts"),
};

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "string" },
    runs: { type: "string" },
    instances: { type: "string" },
    rounds: { type: "string" },
  },
});
const [name = ""] = positionals;
const load = BENCHES[name];
if (load === undefined) {
  console.error(`Name a benchmark: ${Object.keys(BENCHES).join(", ")}`);
  process.exitCode = 2;
} else {
  const run = (await load()).default;
  const result = await run({
    runs: numberOf(values.runs),
    rounds: numberOf(values.rounds),
    instances: numberOf(values.instances),
  });
  for (const line of result.lines) console.log(line);
  console.log(result.passed ? "passed" : "BELOW THE FLOOR");
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ name, ...result }, null, 2)}\n`);
  process.exitCode = result.passed ? 0 : 1;
}

function numberOf(text: string | undefined): number | null {
  return text === undefined ? null : Number(text);
}
