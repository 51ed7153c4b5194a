import { startDeadline, type Deadline } from "./deadline.ts";
import { TimeoutError, WaitError } from "./errors.ts";
import type { StatusReason } from "./generated/types.gen.ts";
import { isPassing } from "./send.ts";
import { sleep } from "./sleep.ts";

const DEFAULT_TIMEOUT_SECONDS = 1200;
const SHORTEST_PAUSE_SECONDS = 0.25;
const LONGEST_PAUSE_SECONDS = 10;

/** What is known of a thing that is waited for; notebooks, containers, volumes and Workspaces fit. */
interface Waitable {
  id?: string;
  name?: string;
  status?: string;
  statusReason?: StatusReason;
}

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
 * Throws `WaitError` with the cause and the next step where it failed or the time is up; whatever else `read` throws, at once.
 */
export async function waitFor<T>(
  read: (signal: AbortSignal) => Promise<T>,
  options: WaitOptions<T>,
): Promise<T> {
  const timeoutSeconds = options.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  const deadline = startDeadline(timeoutSeconds, options.signal);
  const watch = progressOf(options);
  let outage: unknown;
  try {
    for (;;) {
      const look = await lookOnce(read, deadline);
      outage = "outage" in look ? look.outage : undefined;
      if ("value" in look) {
        watch.saw(look.value);
        if (options.until(look.value)) return look.value;
        if ((options.failed ?? hasFailed)(look.value)) throw failure(look.value, options.what);
      }
      await sleep(
        1000 * (options.intervalSeconds ?? growingPause(watch.elapsedSeconds())),
        deadline.signal,
      );
    }
  } catch (error) {
    throw deadline.expired() && error === deadline.signal.reason
      ? outOfTime(watch.last(), timeoutSeconds, outage, options.what)
      : error;
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

function progressOf<T>({ onProgress }: WaitOptions<T>) {
  const startedAt = performance.now();
  const elapsedSeconds = () => (performance.now() - startedAt) / 1000;
  let last: T | undefined;
  let lastSeen: string | undefined;
  const saw = (value: T) => {
    last = value;
    const { status, statusReason } = seen(value);
    const now = JSON.stringify([status, statusReason?.code, statusReason?.message]);
    if (now === lastSeen) return;
    lastSeen = now;
    onProgress?.({
      value,
      status,
      statusReason: statusReason ?? null,
      elapsedSeconds: elapsedSeconds(),
    });
  };
  return { saw, elapsedSeconds, last: () => last };
}

/** A tenth of the time waited so far: quick at first, and never much later than need be. */
function growingPause(elapsedSeconds: number): number {
  return Math.min(LONGEST_PAUSE_SECONDS, Math.max(SHORTEST_PAUSE_SECONDS, elapsedSeconds / 10));
}

function seen(value: unknown): Waitable {
  return typeof value === "object" && value !== null ? value : {};
}

function hasFailed(value: unknown): boolean {
  return seen(value).status === "FAILED";
}

function failure(value: unknown, what: string | undefined): WaitError {
  const { status, statusReason } = seen(value);
  const detail = `${nameOf(value, what)} is ${status}${because(statusReason)}`;
  return new WaitError({ code: "wait_failed", detail, value, statusReason: statusReason ?? null });
}

function outOfTime(
  value: unknown,
  seconds: number,
  outage: unknown,
  what: string | undefined,
): WaitError {
  const { status, statusReason } = seen(value);
  const state =
    status === undefined ? "is not there yet." : `is still ${status}${because(statusReason)}`;
  const silence = outage instanceof Error ? ` The last look failed: ${outage.message}` : "";
  const detail = `After ${seconds} s, ${nameOf(value, what)} ${state}${silence}`;
  return new WaitError({
    code: "wait_timed_out",
    detail,
    value,
    statusReason: statusReason ?? null,
    ...(outage === undefined ? {} : { cause: outage }),
  });
}

function nameOf(value: unknown, what = "the resource"): string {
  const { id, name } = seen(value);
  return [what, name, id === undefined ? undefined : `(${id})`]
    .filter((part) => part !== undefined)
    .join(" ");
}

function because(reason: StatusReason | undefined): string {
  if (reason === undefined) return ".";
  return `: ${sentence(reason.message)}${reason.nextStep === null ? "" : ` ${sentence(reason.nextStep)}`}`;
}

function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
