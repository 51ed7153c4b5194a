import type { ClusterCause, Workload } from "#ports/cluster.ts";
import type { FailureKind, FailureRequest } from "#ports/failure-injection.ts";
import type { Delays } from "./config.ts";

/** What the simulator keeps of a workload: no secret values. */
export type WorkloadSpec = Pick<
  Workload,
  "kind" | "name" | "image" | "command" | "ports" | "size" | "mounts" | "maxRestarts"
>;

/** Times are milliseconds of site time since the epoch. */
export interface SimulatedWorkload {
  workspaceId: string;
  resourceId: string;
  generation: number;
  /** The order in which workloads were asked for: the scheduler takes them in turn. */
  order: number;
  spec: WorkloadSpec;
  phase: "waiting" | "starting" | "ready" | "notReady" | "exited" | "failed" | "lost" | "stopping";
  node: string | null;
  next: "schedule" | "start" | "end" | "gone" | null;
  nextAt: number | null;
  /** How the process will end at `nextAt`, when `next` is `end`. */
  ending: Ending | null;
  cause: ClusterCause | null;
  exitCode: number | null;
  restarts: number;
  pulls: number;
  intervals: { since: number; until: number | null }[];
  /** What it has said, oldest first; those of an older release have nothing. */
  log?: LogLine[];
}

export interface LogLine {
  /** Counts up from 1 within a generation. */
  number: number;
  at: number;
  text: string;
}

export interface Ending {
  exitCode: number;
  outOfMemory: boolean;
}

export interface SimulatedVolume {
  workspaceId: string;
  volumeId: string;
  phase: "pending" | "ready" | "deleting";
  sizeGib: number;
  askedGib: number;
  provisionedAt: number | null;
  sizeSince: number | null;
  next: "provision" | "gone" | null;
  nextAt: number | null;
  cause: ClusterCause | null;
}

export interface SimulatedNode {
  name: string;
  gpuModel: string | null;
  gpus: number;
  vcpu: number;
  memoryGib: number;
  /** Not null: the node is away until then. */
  nextAt: number | null;
}

export interface SimulatedFailure {
  id: string;
  match: FailureRequest["match"];
  failure: FailureKind;
  exitCode: number | null;
  /** Null: until it is cleared. */
  remaining: number | null;
  /** When it was asked for. */
  since: number;
}

/** One cluster in memory, under its lock; what is touched or removed is written back. */
export class ClusterState {
  readonly delays: Delays;
  readonly nodes: SimulatedNode[] = [];
  readonly workloads: SimulatedWorkload[] = [];
  readonly volumes: SimulatedVolume[] = [];
  readonly failures: SimulatedFailure[] = [];
  readonly touched = new Set<
    SimulatedNode | SimulatedWorkload | SimulatedVolume | SimulatedFailure
  >();
  readonly removed = new Set<
    SimulatedNode | SimulatedWorkload | SimulatedVolume | SimulatedFailure
  >();

  constructor(delays: Delays) {
    this.delays = delays;
  }

  generationsOf(resourceId: string): SimulatedWorkload[] {
    return this.workloads
      .filter((it) => it.resourceId === resourceId)
      .sort((a, b) => a.generation - b.generation);
  }

  volume(volumeId: string): SimulatedVolume | undefined {
    return this.volumes.find((it) => it.volumeId === volumeId);
  }

  removeWorkload(workload: SimulatedWorkload): void {
    this.workloads.splice(this.workloads.indexOf(workload), 1);
    this.removed.add(workload);
  }

  removeVolume(volume: SimulatedVolume): void {
    this.volumes.splice(this.volumes.indexOf(volume), 1);
    this.removed.add(volume);
  }

  removeFailure(failure: SimulatedFailure): void {
    this.failures.splice(this.failures.indexOf(failure), 1);
    this.removed.add(failure);
  }

  removeNode(node: SimulatedNode): void {
    this.nodes.splice(this.nodes.indexOf(node), 1);
    this.removed.add(node);
  }
}
