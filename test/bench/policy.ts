import { compareOn, type Measured } from "./policy/compare.ts";
import { SIZES, type Size } from "./policy/sizes.ts";
import type { BenchResult } from "./result.ts";

const SETS = 3;
const FASTEST = 1;
const OVER_CEDAR = 100;

const METHOD = [
  `A Member under Policies × statements (16 regions, Services partly enabled, boundaries and identity Policies, a quarter Denies).`,
  `${SETS} random sets a size, every cell decided alike by all first; then 4096 random cells, hits and misses, 15 rounds of 30 ms each`,
  `in turn. "decide is" = its rate ÷ theirs, median of the rounds. Peers get one ability, enforcer or policy set a layer, and no layer`,
  `that they do not need. Bytes are beside the Policies, by growth after garbage collection over many copies.`,
];
const HEADER = row("", "", "decisions/s", "decide is", "p50", "build", "bytes");

/** `decide` at least as fast as the fastest peer, and a hundred times as fast as cedar-wasm, from 5 × 10 up (POL-7). */
export default async function benchPolicy(): Promise<BenchResult> {
  const lines: string[] = [...METHOD, HEADER];
  const figures: Record<string, number> = {};
  let passed = true;
  for (const [at, size] of SIZES.entries()) {
    const measured = await compareOn(size, SETS);
    lines.push(...measured.map((one, line) => shown(line === 0 ? title(size) : "", one)));
    for (const one of measured) Object.assign(figures, figuresOf(size, one));
    // The smallest size has no floor: it is there to be seen.
    passed &&= at === 0 || measured.slice(2).every(aboveFloor);
  }
  return { passed, lines, figures };
}

function aboveFloor({ name, timesSlower }: Measured): boolean {
  return timesSlower >= (name === "cedar-wasm" ? OVER_CEDAR : FASTEST);
}

function title({ policies, statements }: Size): string {
  return `${policies.toLocaleString("en")}×${statements}`;
}

function shown(size: string, one: Measured): string {
  return row(
    size,
    one.name,
    Math.round(one.perSecond).toLocaleString("en"),
    `${one.timesSlower < 10 ? one.timesSlower.toFixed(2) : Math.round(one.timesSlower).toLocaleString("en")} ×`,
    nanoseconds(one.p50Ns),
    `${one.buildMs.toPrecision(3)} ms`,
    Math.round(one.bytes).toLocaleString("en"),
  );
}

function nanoseconds(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)} ms`;
  return value >= 1e3 ? `${(value / 1e3).toFixed(1)} µs` : `${value.toFixed(1)} ns`;
}

function row(size: string, name: string, ...columns: string[]): string {
  const widths = [12, 10, 9, 10, 11];
  return [size.padEnd(8), name.padEnd(14), ...columns.map((text, at) => text.padStart(widths[at]!))]
    .join("  ")
    .trimEnd();
}

/** `casl5x10PerSecond`, `casl5x10TimesSlower`, … */
function figuresOf({ policies, statements }: Size, one: Measured): Record<string, number> {
  const name = one.name
    .toLowerCase()
    .replaceAll(/[^a-z]+(.)/g, (_, next: string) => next.toUpperCase());
  const prefix = `${name}${policies}x${statements}`;
  return {
    [`${prefix}PerSecond`]: one.perSecond,
    [`${prefix}TimesSlower`]: one.timesSlower,
    [`${prefix}P50Ns`]: one.p50Ns,
    [`${prefix}BuildMs`]: one.buildMs,
    [`${prefix}Bytes`]: one.bytes,
  };
}
