import { setTimeout as sleep } from "node:timers/promises";
import { ClusterUnavailable, type LogOptions } from "#ports/cluster.ts";
import { linesOf } from "./lines.ts";
import type { ProcessState } from "./process-state.ts";
import { readStamp } from "./stamp.ts";

// Between two looks at what is known of the Pod, which costs no request.
const LOOK_MS = 500;
// What a process wrote last may come a moment after its end.
const LAST_WORDS_MS = 2000;

/** Parameters of the API server's log. */
export type LogQuery = Record<string, string | number | boolean | undefined>;

/** One Pod whose container writes the log. */
export interface LoggedPod {
  /** Opens `pods/<name>/log`; throws an error with the HTTP `status` of a refusal, or `ClusterUnavailable`. */
  open(query: LogQuery, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  state(): ProcessState;
}

/** The log of a Pod, through the restarts of its container and of the API server; see `Cluster.logs`. */
export async function* podLogs(
  pod: LoggedPod,
  { tailLines, sinceSeconds, follow = false, signal: caller }: LogOptions,
): AsyncGenerator<string, void, undefined> {
  const leaving = new AbortController();
  const signal = caller ? AbortSignal.any([caller, leaving.signal]) : leaving.signal;
  const seen = new Seen();
  let drained = false;
  try {
    for (;;) {
      const state = pod.state();
      if (state === "gone") return;
      if (state === "running") drained = false;
      if (state !== "coming" && !drained) {
        const query = { ...seen.after({ tailLines, sinceSeconds }), timestamps: true };
        const following = follow && state === "running";
        const reading = following ? untilItEnds(pod, signal) : { signal, stop: () => {} };
        for await (const line of read(pod, { ...query, follow: following }, reading.signal))
          if (seen.isNew(line)) yield readStamp(line).text;
        reading.stop();
        drained = state !== "running";
      }
      if (!follow || state === "ended" || signal.aborted) return;
      await sleep(LOOK_MS, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
    }
  } finally {
    leaving.abort();
  }
}

/** Ends a reading for which nothing more will come, where the API server does not: its node may be gone. */
function untilItEnds(pod: LoggedPod, caller: AbortSignal) {
  const over = new AbortController();
  let since: number | null = null;
  const timer = setInterval(() => {
    if (pod.state() === "running") since = null;
    else since ??= Date.now();
    if (since !== null && Date.now() - since >= LAST_WORDS_MS) over.abort();
  }, LOOK_MS);
  const signal = AbortSignal.any([caller, over.signal]);
  signal.addEventListener("abort", () => clearInterval(timer), { once: true });
  return { signal, stop: () => over.abort() };
}

/** Nothing where there is no log yet, or no more. One that breaks off while it is followed is read on by the caller. */
async function* read(
  pod: LoggedPod,
  query: LogQuery,
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  let chunks: AsyncIterable<Uint8Array>;
  try {
    chunks = await pod.open(query, signal);
  } catch (error) {
    const { status } = error as { status?: unknown };
    if (signal.aborted || status === 400 || status === 404) return;
    throw error;
  }
  try {
    yield* linesOf(chunks);
  } catch (error) {
    if (signal.aborted || query.follow) return;
    throw new ClusterUnavailable("the log broke off", { cause: error });
  }
}

/** What was read of a log, by the times of its lines. */
class Seen {
  #last: string | null = null;
  /** Up to here it was read before the present reading. */
  #mark: string | null = null;
  #skipping = false;

  /** What to ask for next: the API knows whole seconds only. */
  after(first: LogQuery): LogQuery {
    this.#mark = this.#last;
    return this.#last === null ? first : { sinceTime: `${this.#last.slice(0, 19)}Z` };
  }

  /** A line without a time is a further piece of the one before. */
  isNew(line: string): boolean {
    const { at } = readStamp(line);
    if (at !== null) {
      this.#skipping = this.#mark !== null && at <= this.#mark;
      if (!this.#skipping) this.#last = at;
    }
    return !this.#skipping;
  }
}
