/** What the command line may ask of a benchmark. */
export interface BenchOptions {
  /** How many usage runs, where there are any; null for the full size. */
  readonly runs: number | null;
  /** How many notebooks, where there are any; null for the full sizes. */
  readonly instances: number | null;
  /** How often each is measured; null for what the benchmark takes itself. */
  readonly rounds: number | null;
}

/** What a benchmark measured, and whether that is good enough. */
export interface BenchResult {
  readonly passed: boolean;
  /** What was measured and how, then the figures; for people. */
  readonly lines: readonly string[];
  /** The same figures, for programs. */
  readonly figures: Readonly<Record<string, number>>;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value that the share `q` of all values does not exceed. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * q) - 1)] ?? Number.NaN;
}
