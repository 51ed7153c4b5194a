import type { Activity } from "#ports/cluster.ts";

export interface Use {
  /** When it was last used as far as is known; milliseconds of site time, -Infinity when nothing tells. */
  usedAt: number;
  /** Every signal that there can be is known; else what is not told may be use. */
  isComplete: boolean;
}

/** What a probe at this moment tells of when a notebook was last used (RES-9). */
export function useOf(activity: Activity | null, at: Date): Use {
  if (activity === null) return { usedAt: -Infinity, isComplete: false };
  const { kernels, terminals, connections, gpuPercent } = activity;
  const isUsed = (kernels?.busy ?? 0) > 0 || (connections?.open ?? 0) > 0 || isBusy(gpuPercent);
  const quiet = [kernels, terminals, connections].map((signal) => signal?.quietSeconds ?? Infinity);
  const age = isUsed ? 0 : quiet.reduce((a, b) => Math.min(a, b)) * 1000;
  const isComplete =
    kernels !== null && terminals !== null && connections !== null && gpuPercent !== null;
  return { usedAt: at.getTime() - age, isComplete };
}

function isBusy(gpuPercent: Activity["gpuPercent"]): boolean {
  return typeof gpuPercent === "number" && gpuPercent > 0;
}
