import { compareOn, type Measured } from "./policy/compare.ts";
import { cedar } from "./policy/cedar.ts";
import { PEERS } from "./policy/contenders.ts";
import { SIZES, type Size } from "./policy/sizes.ts";
import { ROUNDS, SLICE_MS } from "./policy/speed.ts";
import type { BenchResult } from "./result.ts";

const SETS = 3;
const FASTEST = 1;
const OVER_CEDAR = 100;

const METHOD = [
  `One Member under Policies × statements, in turn boundaries and identity Policies, a quarter Denies; 16 regions, two of three Services`,
  `enabled in part. ${SETS} random sets a size: all evaluators first decide every cell, and alike. Then 4096 random cells, hits and misses,`,
  `in ${ROUNDS} rounds of ${SLICE_MS} ms each in turn; every answer counts. "decide is": its rate ÷ theirs; medians of the rounds. Peers get one`,
  `ability, enforcer or policy set a layer, and only layers that they need. Bytes: held beside the Policies, after garbage collection.`,
];
const HEADER = row("size", "evaluator", "decisions/s", "decide is", "p50", "build", "bytes");

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
    passed &&= at === 0 || measured.every(aboveFloor);
  }
  return { passed, lines, figures };
}

function aboveFloor({ name, timesSlower }: Measured): boolean {
  if (!PEERS.some((peer) => peer.name === name)) return true;
  return timesSlower >= (name === cedar.name ? OVER_CEDAR : FASTEST);
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
    duration(one.p50Ns),
    duration(one.buildMs * 1e6),
    Math.round(one.bytes).toLocaleString("en"),
  );
}

function duration(nanoseconds: number): string {
  if (nanoseconds >= 1e6) return `${(nanoseconds / 1e6).toFixed(1)} ms`;
  return nanoseconds >= 1e3
    ? `${(nanoseconds / 1e3).toFixed(1)} µs`
    : `${nanoseconds.toFixed(1)} ns`;
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
