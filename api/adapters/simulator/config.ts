/** A simulated cluster: what it has, and how long things take on it. */
export interface SimulatorConfig {
  id: string;
  region: string;
  nodes: NodeConfig[];
  delays: Delays;
}

/** One node, or `count` equal ones. */
export interface NodeConfig {
  name: string;
  count?: number;
  gpuModel: string | null;
  gpus: number;
  vcpu: number;
  memoryGib: number;
}

/** Milliseconds of site time. */
export interface Delays {
  /** From a workload's request to the scheduler's first look. */
  scheduleMs: number;
  /** From placement to readiness: pulling the image, starting the process. */
  startMs: number;
  /** The grace period of a workload that is removed. */
  stopMs: number;
  /** Provisioning, growing and removing a volume. */
  volumeMs: number;
  /** How long a process runs that is made to end after it became ready. */
  runMs: number;
  /** The first pause before a restart or another pull; each further one is twice as long. */
  retryMs: number;
  /** How long a lost node stays away. */
  nodeReturnMs: number;
}

/** Short, so that a newcomer sees everything happen; a real cluster takes minutes. */
export const DEFAULT_DELAYS: Delays = {
  scheduleMs: 200,
  startMs: 1500,
  stopMs: 700,
  volumeMs: 500,
  runMs: 1000,
  retryMs: 500,
  nodeReturnMs: 60_000,
};
