const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** One end for a piece of work: its time is up, or its caller has aborted it. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Time is up, and the caller has not aborted. */
  expired(): boolean;
  remainingMs(): number;
  /** Lets go of the timer and of the caller's signal. */
  end(): void;
}

/** Starts the clock; `end` it when the work is done. */
export function startDeadline(seconds: number, caller?: AbortSignal): Deadline {
  const controller = new AbortController();
  const timeIsUp = new DOMException(`Not done after ${seconds} s.`, "TimeoutError");
  const milliseconds = Math.min(seconds * 1000, LONGEST_TIMER_MS);
  const endsAt = performance.now() + milliseconds;
  const timer = setTimeout(() => controller.abort(timeIsUp), milliseconds);
  const abort = () => controller.abort(caller?.reason);
  if (caller?.aborted) abort();
  caller?.addEventListener("abort", abort, { once: true });
  return {
    signal: controller.signal,
    expired: () => controller.signal.reason === timeIsUp,
    remainingMs: () => Math.max(0, endsAt - performance.now()),
    end() {
      clearTimeout(timer);
      caller?.removeEventListener("abort", abort);
    },
  };
}
