import type { Cell } from "@aifactory/sdk/policy";
import { median, quantile } from "../result.ts";
import type { Evaluator } from "./contender.ts";

export const ROUNDS = 15;
export const SLICE_MS = 30;
const BATCH_MS = 0.025;

/** How fast one evaluator decided. */
export interface Speed {
  /** Decisions a second, the median of the rounds. */
  readonly perSecond: number;
  /** Nanoseconds a decision takes; where the clock is too coarse for one, over batches of about 25 µs. */
  readonly p50Ns: number;
  /** Decisions a second, round by round. */
  readonly rounds: readonly number[];
}

/** Times evaluators in turn on the same questions. Every answer counts: a wrong total throws. */
export async function timeInTurn(
  evaluators: readonly Evaluator[],
  questions: readonly Cell[],
  isAllowed: (cell: Cell) => boolean,
): Promise<Speed[]> {
  const totals = [0];
  for (const cell of questions) totals.push(totals.at(-1)! + (isAllowed(cell) ? 1 : 0));
  const runs = evaluators.map((evaluator) => new Run(evaluator, questions, totals));
  for (const run of runs) await run.warmUp();
  for (let round = 0; round < ROUNDS; round++) for (const run of runs) await run.slice();
  return runs.map((run) => run.speed());
}

class Run {
  readonly #evaluator: Evaluator;
  readonly #questions: readonly Cell[];
  /** How many of the first so many questions are allowed. */
  readonly #totals: readonly number[];
  readonly #rounds: number[] = [];
  readonly #nanoseconds: number[] = [];
  #batch = 1;
  #at = 0;

  constructor(evaluator: Evaluator, questions: readonly Cell[], totals: readonly number[]) {
    this.#evaluator = evaluator;
    this.#questions = questions;
    this.#totals = totals;
  }

  /** Lets the optimizer finish, and finds the smallest batch that a clock can measure. */
  async warmUp(): Promise<void> {
    const until = performance.now() + 10 * SLICE_MS;
    do {
      const took = await this.#timeBatch();
      if (took >= BATCH_MS || this.#batch === this.#questions.length) continue;
      this.#batch *= 2;
      this.#at = 0;
    } while (performance.now() < until);
  }

  async slice(): Promise<void> {
    let decisions = 0;
    let spent = 0;
    while (spent < SLICE_MS) {
      const took = await this.#timeBatch();
      this.#nanoseconds.push((took * 1e6) / this.#batch);
      decisions += this.#batch;
      spent += took;
    }
    this.#rounds.push((decisions * 1000) / spent);
  }

  speed(): Speed {
    return {
      perSecond: median(this.#rounds),
      p50Ns: quantile(this.#nanoseconds, 0.5),
      rounds: this.#rounds,
    };
  }

  /** Milliseconds that the next batch takes. Batches are powers of two, as is the number of questions: none overlaps the end. */
  async #timeBatch(): Promise<number> {
    const [from, to] = [this.#at, this.#at + this.#batch];
    const start = performance.now();
    const counted = this.#evaluator.countAllowed(this.#questions, from, to);
    const allowed = typeof counted === "number" ? counted : await counted;
    const took = performance.now() - start;
    const expected = this.#totals[to]! - this.#totals[from]!;
    if (allowed !== expected) throw new Error(`allowed ${allowed} instead of ${expected}`);
    this.#at = to % this.#questions.length;
    return took;
  }
}
