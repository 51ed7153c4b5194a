import type { Activity } from "#ports/cluster.ts";
import { strike, targetOf } from "./failures.ts";
import type { ClusterState } from "./state.ts";

const UNKNOWN: Activity = { kernels: null, terminals: null, connections: null, gpuPercent: null };

/**
 * How a ready workload is used: by somebody who computes, unless it was made idle on demand. So nothing that is simulated
 * is stopped for idleness unasked.
 */
export function observeActivity(
  state: ClusterState,
  resourceId: string,
  now: number,
): Activity | null {
  const workload = state.generationsOf(resourceId).at(-1);
  if (workload?.phase !== "ready") return null;
  const target = targetOf(workload);
  if (strike(state, "activityUnknown", target) !== null) return UNKNOWN;
  const idle = strike(state, "idle", target);
  const since = Math.max(workload.intervals.at(-1)!.since, idle?.since ?? now);
  const [used, quietSeconds] = [idle === null, Math.max(0, now - since) / 1000];
  const terminals = { open: 0, quietSeconds: null };
  return {
    kernels: { busy: used ? 1 : 0, quietSeconds },
    terminals,
    connections: { open: used ? 1 : 0, quietSeconds },
    gpuPercent: workload.spec.size.gpu === null ? "unmetered" : used ? 100 : 0,
  };
}
