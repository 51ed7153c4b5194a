import { setTimeout as sleep } from "node:timers/promises";
import type { LogOptions } from "#ports/cluster.ts";
import type { SimulatedWorkload } from "./state.ts";

const MOST_KEPT = 200;
// Machine time: how soon whoever follows a log sees a new line.
const FOLLOW_MS = 250;

/** The generations of one workload, oldest first, at a moment of site time. */
export interface Look {
  readonly generations: SimulatedWorkload[];
  readonly now: number;
}

/** Adds a line to what a workload has to say; of very many, the oldest go. */
export function say(workload: SimulatedWorkload, at: number, text: string): void {
  const log = (workload.log ??= []);
  const number = (log.at(-1)?.number ?? 0) + 1;
  log.push({ number, at, text: `${new Date(at).toISOString()} ${text}` });
  if (log.length > MOST_KEPT) log.shift();
}

/** See `Cluster.logs`. */
export async function* simulatedLogs(
  { tailLines, sinceSeconds = Infinity, follow = false, signal }: LogOptions,
  look: () => Promise<Look>,
): AsyncGenerator<string, void, undefined> {
  const { generations, now } = await look();
  let workload = generations.at(-1);
  const log = workload?.log ?? [];
  let seen = log.at(-1)?.number ?? 0;
  const recent = log.filter(({ at }) => at >= now - sinceSeconds * 1000);
  for (const { text } of tailLines <= 0 ? [] : recent.slice(-tailLines)) yield text;
  if (!follow) return;
  while (workload !== undefined && !isComplete(workload)) {
    await sleep(FOLLOW_MS, undefined, { signal }).catch(() => {});
    if (signal?.aborted) return;
    const { generation }: SimulatedWorkload = workload;
    workload = (await look()).generations.find((it) => it.generation === generation);
    for (const line of workload?.log?.filter(({ number }) => number > seen) ?? []) {
      seen = line.number;
      yield line.text;
    }
  }
}

/** Whether nothing will be added to its log. */
function isComplete({ phase }: SimulatedWorkload): boolean {
  return phase === "exited" || phase === "failed" || phase === "lost";
}
