import type { AccessSubject, Cell } from "@aifactory/sdk/policy";

/** An evaluator that takes part. */
export interface Contender {
  readonly name: string;
  /** Whether it keeps something of the first question about a cell: only then is it as fast, and as big, as it gets. */
  readonly remembers: boolean;
  /** Prepares the evaluator for one subject, in the best way its documentation shows. */
  build(subject: AccessSubject): Evaluator | Promise<Evaluator>;
}

/** One subject's access, prepared. */
export interface Evaluator {
  /**
   * How many of the cells from one place to before another are allowed. The loop belongs to each evaluator, so that
   * it is optimized for that one alone.
   */
  countAllowed(cells: readonly Cell[], from: number, to: number): number | Promise<number>;
  /** Lets go of what is held outside the heap. */
  release?(): void;
}
