import type { Cluster } from "./cluster.ts";

/** Failures on demand, which simulated clusters offer to the operator and to tests. */
export interface FailureInjection {
  /** Strikes what matches now and what comes to match later, `count` times or until it is cleared. */
  injectFailure(request: FailureRequest): Promise<InjectedFailure>;
  listFailures(): Promise<InjectedFailure[]>;
  /** One failure, or all of them. Answers how many there were. */
  clearFailures(id?: string): Promise<number>;
}

export interface FailureRequest {
  /** Everything named here must be equal; nothing named means every workload and volume of the cluster. */
  match: { resourceId?: string; volumeId?: string; image?: string };
  failure: FailureKind;
  /** Of `crash` (default 1) and `exit` (default 0). */
  exitCode?: number;
  /** How often it strikes; without it, until it is cleared. */
  count?: number;
}

/**
 * `imagePull`: the image cannot be pulled. `crash`: the process ends before it is ready, or now. `exit`: it ends a
 * moment after it became ready. `outOfMemory`: the same, killed. `nodeLost`: its node goes away for a while.
 * `volumeStuck`: the volume is not provisioned. `apiErrors`: calls to the cluster fail. `slow`: delays are ten times as long.
 * `idle`: nobody uses it from now on, as a probe of its activity tells. `activityUnknown`: such a probe learns nothing.
 */
export type FailureKind =
  | "imagePull"
  | "crash"
  | "exit"
  | "outOfMemory"
  | "nodeLost"
  | "volumeStuck"
  | "apiErrors"
  | "slow"
  | "idle"
  | "activityUnknown";

export interface InjectedFailure extends FailureRequest {
  id: string;
  clusterId: string;
}

/** Whether the cluster can be made to fail on demand. */
export function canFailOnDemand(cluster: Cluster): cluster is Cluster & FailureInjection {
  return "injectFailure" in cluster;
}
