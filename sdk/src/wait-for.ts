import { startDeadline, type Deadline } from "./deadline.ts";
import { TimeoutError } from "./errors.ts";
import type { StatusReason } from "./generated/types.gen.ts";
import { isPassing } from "./send.ts";
import { sleep } from "./sleep.ts";
import { seen, waitFailed, waitTimedOut } from "./wait-error.ts";

const DEFAULT_TIMEOUT_SECONDS = 1200;
const SHORTEST_PAUSE_SECONDS = 0.25;
const LONGEST_PAUSE_SECONDS = 10;

/** One thing seen while waiting. */
export interface WaitProgress<T> {
  value: T;
  status: string | undefined;
  statusReason: StatusReason | null;
  elapsedSeconds: number;
}

export interface WaitOptions<T> {
  /** Ends the waiting: this is what was waited for. */
  until: (value: T) => boolean;
  /** Ends it with a `WaitError`: it will not come any more. Status `FAILED` unless given. */
  failed?: (value: T) => boolean;
  /** 1200 unless given. */
  timeoutSeconds?: number;
  /** Between two looks; grows from 0.25 s to 10 s unless given. */
  intervalSeconds?: number;
  /** Told what is first seen, and then of each change of the status or of its reason. */
  onProgress?: (progress: WaitProgress<T>) => void;
  signal?: AbortSignal;
  /** What the messages call it, for example `Notebook`. */
  what?: string;
}

/**
 * Looks again and again until it is as wanted, and answers it then (IAC-4). Outages of the control plane are sat out.
 * Throws `WaitError`, with the cause and the next step, when it failed or the time is up; whatever else `read` throws, at once.
 */
export async function waitFor<T>(
  read: (signal: AbortSignal) => Promise<T>,
  options: WaitOptions<T>,
): Promise<T> {
  const { until, failed = hasFailed, what } = options;
  const timeoutSeconds = options.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  const deadline = startDeadline(timeoutSeconds, options.signal);
  const startedAt = performance.now();
  const elapsedSeconds = () => (performance.now() - startedAt) / 1000;
  const report = reporter(options, elapsedSeconds);
  let last: T | undefined;
  let outage: unknown;
  try {
    for (;;) {
      const look = await lookOnce(read, deadline);
      outage = "outage" in look ? look.outage : undefined;
      if ("value" in look) {
        last = look.value;
        report(last);
        if (until(last)) return last;
        if (failed(last)) throw waitFailed(last, what);
      }
      const pause = options.intervalSeconds ?? growingPause(elapsedSeconds());
      await sleep(1000 * pause, deadline.signal);
    }
  } catch (error) {
    const timeIsUp = deadline.expired() && error === deadline.signal.reason;
    throw timeIsUp ? waitTimedOut(last, timeoutSeconds, outage, what) : error;
  } finally {
    deadline.end();
  }
}

async function lookOnce<T>(
  read: (signal: AbortSignal) => Promise<T>,
  deadline: Deadline,
): Promise<{ value: T } | { outage: unknown }> {
  deadline.signal.throwIfAborted();
  try {
    return { value: await read(deadline.signal) };
  } catch (error) {
    deadline.signal.throwIfAborted();
    if (isPassing(error) || error instanceof TimeoutError) return { outage: error };
    throw error;
  }
}

function reporter<T>({ onProgress }: WaitOptions<T>, elapsedSeconds: () => number) {
  let before: string | undefined;
  return (value: T) => {
    const { status, statusReason = null } = seen(value);
    const now = JSON.stringify([status, statusReason?.code, statusReason?.message]);
    if (now === before) return;
    before = now;
    onProgress?.({ value, status, statusReason, elapsedSeconds: elapsedSeconds() });
  };
}

/** A tenth of the time waited so far: quick at first, and never much later than need be. */
function growingPause(elapsedSeconds: number): number {
  return Math.min(LONGEST_PAUSE_SECONDS, Math.max(SHORTEST_PAUSE_SECONDS, elapsedSeconds / 10));
}

function hasFailed(value: unknown): boolean {
  return seen(value).status === "FAILED";
}
